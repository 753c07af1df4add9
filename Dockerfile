# One image from the one lock, for processors (the default) or for NVIDIA GPUs:
#   docker build --build-arg TORCH=cpu  --tag hashcenters:cpu .      without the CUDA libraries
#   docker build --build-arg TORCH=lock --tag hashcenters:cuda .     with them; the host brings driver and container toolkit
#
#   docker run --rm -it -p 127.0.0.1:8888:8888 hashcenters:cpu       JupyterLab, at the address that it prints
#   docker run --rm -v "$PWD/results:/home/reader/hashcenters/results" hashcenters:cpu make reproduce
#   docker run --rm --gpus all hashcenters:cuda .venv/bin/python run_all.py --profile tiny-imagenet --check
FROM python:3.12-slim

ARG TORCH=cpu
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 reader
USER reader
WORKDIR /home/reader/hashcenters

# what the environment is made of, before what changes often
COPY --chown=reader Makefile pyproject.toml requirements.lock requirements-uv.txt README.md LICENSE ./
RUN mkdir lib && make setup TORCH=${TORCH}
COPY --chown=reader . .
RUN .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . && touch .venv/.ready

ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
EXPOSE 8888
# open to the container's network, where its token guards it; -p 127.0.0.1:8888:8888 opens it to the host alone
CMD [".venv/bin/jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"]
