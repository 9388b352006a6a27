# One image per app, each a small target: docker build --target rag -t genai-ops/rag .
# The tag names a Python and a Debian release; rebuilding takes up their security fixes. Pin by digest where a build must be repeatable.
FROM python:3.12-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.8
ENV UV_CACHE_DIR=/cache \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/app \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
COPY pyproject.toml uv.lock ./

# Dependencies before sources: a change of ours leaves this layer as it is.
FROM build AS build-rag
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-install-project --extra rag
COPY LICENSE README.md ./
COPY infra infra
COPY app app
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-editable --extra rag

FROM build AS build-devops
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-install-project --extra devops
COPY LICENSE README.md ./
COPY infra infra
COPY app app
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-editable --extra devops

FROM build AS build-coldmail
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-install-project --extra coldmail
COPY LICENSE README.md ./
COPY infra infra
COPY app app
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-editable --extra coldmail

FROM build AS build-rendering
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-install-project --extra render
COPY LICENSE README.md ./
COPY infra infra
COPY app app
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-editable --extra render

FROM build AS build-console
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-install-project --extra console
COPY LICENSE README.md ./
COPY infra infra
COPY app app
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev --no-editable --extra console

# Not an app of ours: MLflow's server with what PostgreSQL and S3 need, which the published image lacks.
FROM build AS build-mlflow
WORKDIR /src/mlflow
COPY infra/images/mlflow/pyproject.toml infra/images/mlflow/uv.lock ./
RUN --mount=type=cache,target=/cache uv sync --frozen --no-dev

# Runs as nobody in particular, with a read-only root: only /data (embedded stores) and /tmp are written.
FROM python:3.12-slim-bookworm AS runtime
ENV PATH=/opt/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    GENAI_DATA_DIR=/data \
    GENAI_HOST=0.0.0.0
RUN groupadd --gid 10001 app \
    && useradd --uid 10001 --gid app --no-create-home --home-dir /tmp --shell /usr/sbin/nologin app \
    && install --directory --owner=app --group=app /data
WORKDIR /data
USER 10001:10001

FROM runtime AS console
COPY --from=build-console /opt/app /opt/app
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"]
CMD ["python", "-m", "app.console"]

# The browser is Debian's: its security fixes come with a rebuild. No box of its own: a container may not make one.
FROM runtime AS rendering
USER 0:0
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
COPY --from=build-rendering /opt/app /opt/app
ENV RENDERING_HOST=0.0.0.0 \
    RENDERING_SANDBOX=off
EXPOSE 8085
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8085/healthz', timeout=3)"]
CMD ["python", "-m", "app.rendering"]

FROM runtime AS mlflow
COPY --from=build-mlflow /opt/app /opt/app
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:5000/health', timeout=3)"]
CMD ["mlflow", "server", "--host", "0.0.0.0"]

FROM runtime AS devops
COPY --from=build-devops /opt/app /opt/app
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
CMD ["python", "-m", "app.devops"]

FROM runtime AS coldmail
COPY --from=build-coldmail /opt/app /opt/app
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
CMD ["python", "-m", "app.coldmail"]

FROM runtime AS rag
COPY --from=build-rag /opt/app /opt/app
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
CMD ["python", "-m", "app.rag"]
