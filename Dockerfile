# The page in a container: docs/install.md says how to run it.
FROM python:3.11-slim-bookworm AS build
COPY . /src
RUN python3 -m venv /venv && /venv/bin/pip install --no-cache-dir '/src[page]'

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home livestyle && mkdir /data && chown livestyle /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH LIVESTYLE_DATA=/data LIVESTYLE_CACHE=/data/cache
USER livestyle
VOLUME /data
EXPOSE 8737
# Without the token it answers 403, which is an answer.
HEALTHCHECK --start-period=60s CMD ["python3", "-c", "import http.client as h, ssl; c = h.HTTPSConnection('127.0.0.1', 8737, timeout=5, context=ssl._create_unverified_context()); c.request('GET', '/'); assert c.getresponse().status in (200, 403)"]
ENTRYPOINT ["livestyle"]
CMD ["page", "--host", "0.0.0.0", "--no-browser", "--camera", "browser"]
