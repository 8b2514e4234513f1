#!/usr/bin/env bash
# Makes the secrets that compose.yaml and the Kubernetes manifests ask for, once, in docker/secrets (or the folder given).
set -euo pipefail
folder=${1:-$(dirname "${BASH_SOURCE[0]}")/secrets}
host=${2:-postgres}
mkdir -p "$folder"
cd "$folder"
if [ -e Auth__AdminKeys__0 ]; then
    echo "There are secrets in $folder already." >&2
    exit 1
fi

# Their folder is closed to others; the files are not, because containers read them as users of their own.
chmod 700 .
password=$(openssl rand -hex 24)
printf '%s' "$password" > postgres_password
printf 'Host=%s;Username=saasllm;Password=%s;Database=saasllm' "$host" "$password" > ConnectionStrings__Postgres
printf 'sk-admin-%s' "$(openssl rand -hex 24)" > Auth__AdminKeys__0
openssl rand -base64 32 | tr -d '\n' > Security__EncryptionKeys__first
printf 'first' > Security__ActiveEncryptionKey
chmod 644 ./*
