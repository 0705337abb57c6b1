"""What the JSON routes answer: a feed and a query in, what will be JSON out, by the sums of the pages."""
