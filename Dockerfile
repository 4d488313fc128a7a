# The emulator as an image: `docker build -t sinch-voice-emulator .`, then `docker run -p 8080:8080 sinch-voice-emulator`.
#
# PYTHON_IMAGE  any Debian-based image with python3, venv and pip, Python 3.11 or newer
# EXTRAS        extras of the package to install as well, separated by commas

ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ARG EXTRAS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv --without-pip /opt/emulator
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY openapi openapi
COPY scenarios scenarios
COPY emulator emulator
RUN python3 -m pip --python /opt/emulator/bin/python install --no-compile --only-binary :all: --no-binary sinch-voice-emulator \
    "sinch-voice-emulator${EXTRAS:+[${EXTRAS}]} @ file:///src"
# Symbols that only a debugger reads are a quarter of the size. Without a package mirror they stay.
RUN if apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils; \
    then find /opt/emulator -name '*.so' -exec strip --strip-unneeded {} +; fi >/dev/null
# Bytecode of what a server loads and of nothing else: the image starts in half the time, and stays small.
RUN env -u PYTHONDONTWRITEBYTECODE /opt/emulator/bin/python -m compileall -q \
      $(echo /opt/emulator/lib/python3*/site-packages/sinch_voice_emulator) \
 && env -u PYTHONDONTWRITEBYTECODE /opt/emulator/bin/python -c "import sinch_voice_emulator.api.app, sinch_voice_emulator.cli.serve, \
      sinch_voice_emulator.demo, sinch_voice_emulator.runtime.connections, sinch_voice_emulator.runtime.protocol, \
      sinch_voice_emulator.runtime.server" \
 && mkdir /home/emulator

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/emulator /opt/emulator
COPY --from=build --chown=10001:10001 /home/emulator /home/emulator
ENV PATH=/opt/emulator/bin:$PATH HOME=/home/emulator SINCH_VOICE_EMULATOR_HOST=0.0.0.0
USER 10001:10001
WORKDIR /home/emulator
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=3s --timeout=5s --start-period=10s --retries=3 CMD ["sinch-voice-emulator", "health"]
ENTRYPOINT ["sinch-voice-emulator"]
CMD ["serve"]
