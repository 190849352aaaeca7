# For the scripts beside it: `venv FILE` brings $root/.venv up to FILE (a requirements file). Speaks on stderr only.

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$candidate"
            return
        fi
    done
    echo "需要 Python 3.11 或更新的版本：apt-get install python3 python3-venv" >&2
    return 1
}

build_venv() {
    local file=$1 stamp=$2 python
    if ! "$root/.venv/bin/python" -c 'import pip' 2>/dev/null; then
        python=$(find_python)
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
                { apt-get update -q && apt-get install -qy python3-venv; } >&2
            else
                echo "缺少 venv 模块，请先执行：apt-get install python3-venv" >&2
                return 1
            fi
        fi
        echo "正在建立 Python 环境（.venv）……" >&2
        "$python" -m venv --clear "$root/.venv" >&2
    fi
    echo "正在安装依赖（$file）……" >&2
    (cd "$root" && .venv/bin/python -m pip install --disable-pip-version-check --quiet -r "$file") >&2
    echo "$stamp" >"$root/.venv/.$file"
}

venv() {
    local file=$1 stamp
    stamp=$(cd "$root" && cat requirements*.txt | sha256sum)
    # Development packages include the others, so their stamp is good for both.
    for known in "$root/.venv/.$file" "$root/.venv/.requirements-dev.txt"; do
        if [ -f "$known" ] && [ "$(<"$known")" = "$stamp" ] && [ -x "$root/.venv/bin/python" ]; then
            return
        fi
    done
    (
        flock 9
        if ! { [ -f "$root/.venv/.$file" ] && [ "$(<"$root/.venv/.$file")" = "$stamp" ]; }; then
            build_venv "$file" "$stamp" 9>&-
        fi
    ) 9>"$root/.venv.lock"
}
