# The app: docker build -t stockdash . && docker run -p 127.0.0.1:8501:8501 -v stockdash:/data stockdash
# The worker: the same image with the command `stockdash worker`.
FROM python:3.12-slim AS build
WORKDIR /app
COPY . .
RUN python -m venv /opt/stockdash \
 && /opt/stockdash/bin/pip install --no-cache-dir --constraint requirements.lock . ./plugins/stockdash-talib

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 stockdash && install --directory --owner stockdash /data
COPY --from=build /opt/stockdash /opt/stockdash
WORKDIR /app
COPY streamlit_app.py ./
COPY .streamlit .streamlit
ENV PATH=/opt/stockdash/bin:$PATH STOCKDASH_DATA_DIR=/data
USER stockdash
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=1m --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
