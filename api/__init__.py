"""The numbers of the pages for programs, and what every request passes on its way in."""
