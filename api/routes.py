"""The JSON routes."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def healthz(_: Request) -> Response:
    """Answers while the process serves."""
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


ROUTES = [Route("/healthz", healthz)]
