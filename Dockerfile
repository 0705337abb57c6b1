# Releases pin the base by digest: --build-arg PYTHON_IMAGE=python:3.12-slim@sha256:...
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS install
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-compile --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --yes pip
COPY . .
# A first start without compiled bytecode takes five times as long, and a read-only root never gets any.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib /app

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Market Stress" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stress \
    && install -d -o stress -g stress -m 0700 /state
COPY --from=install /venv /venv
COPY --from=install /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    MARKET_STATE_DIR=/state
USER 10001:10001
VOLUME /state
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app/asgi.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
