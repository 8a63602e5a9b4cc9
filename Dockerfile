FROM python:3.13-slim
WORKDIR /anxin
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir -r requirements.lock
COPY anxin anxin
COPY manage.py ./
RUN pip install --no-cache-dir --no-deps . && useradd --system anxin && mkdir var && chown anxin var
USER anxin
CMD ["anxin", "serve", "--address", "0.0.0.0"]
