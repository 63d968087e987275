#!/usr/bin/env bash
# Builds deploy/Containerfile and uses the image: test/packed/image.sh [DIR]   (25 s; needs podman and buildah, and root here)
# BASE: a base image; without it one is made of Debian's libc (mmdebstrap) and this checkout's Node, so that nothing is pulled.
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(realpath -m "${1:-$(mktemp -d)}")
node=$(readlink -f "$repo/node_modules/node/bin/node")
id=smoke-$$
mkdir -p "$dir/context/app"
port() { "$node" -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }
step() { echo "[$SECONDS s] $*"; }

# Some machines deny raised limits, and mix cgroup v1 and v2, which crun refuses.
nofile=$(ulimit -Hn)
[ "$nofile" != unlimited ] || nofile=65536
cat >"$dir/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$nofile:$nofile", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' "$dir" "$dir" >"$dir/storage.conf"
export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf BUILDAH_ISOLATION=chroot

step "pack and install"
(cd "$repo" && npm pack --silent --ignore-scripts --pack-destination "$dir" >/dev/null)
echo '{"private":true}' >"$dir/context/app/package.json"
(cd "$dir/context/app" && npm install --silent --no-audit --no-fund --ignore-scripts --omit=dev "$dir"/reprise-*.tgz)

if [ -z "${BASE:-}" ]; then
  BASE=localhost/node-base
  if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
    step "a base"
    mmdebstrap --variant=extract --mode=root --include=base-files,libc6,libstdc++6 bookworm "$dir/rootfs.tar" http://deb.debian.org/debian 2>"$dir/mmdebstrap.log"
    c=$(buildah from scratch)
    buildah add -q "$c" "$dir/rootfs.tar" / >/dev/null
    buildah add -q --chmod 755 "$c" "$node" /usr/local/bin/node >/dev/null
    buildah commit -q --rm "$c" "$BASE" >/dev/null
  fi
fi
step "build"
buildah bud -q --format docker --build-arg BASE="$BASE" -f "$repo/deploy/Containerfile" -t localhost/reprise:smoke "$dir/context" >/dev/null
step "$(buildah images --format '{{.Size}}' localhost/reprise:smoke)"

trap 'podman rm -f -t 5 -i $id-server $id-recorder >/dev/null 2>&1 || true' EXIT
rm -rf "$dir/data"
mkdir "$dir/data"
chown 1000:1000 "$dir/data"
server=$(port) recorder=$(port) admin=$(port)
wait_for() {
  for _ in $(seq 100); do
    (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.1
  done
  podman logs "$2" >&2
  exit 1
}
step "version $(podman run --rm --network none --read-only localhost/reprise:smoke --version): no network, no writable root"
podman run -d --name $id-server localhost/reprise:smoke simulate --listen "127.0.0.1:$server" --time-scale 10 >/dev/null
wait_for "$server" $id-server
podman run -d --name $id-recorder --read-only --memory 256m -e REPRISE_ADMIN="127.0.0.1:$admin" -v "$dir/data:/data" \
  localhost/reprise:smoke record --upstream "http://127.0.0.1:$server" --listen "127.0.0.1:$recorder" --out /data/t.sqlite >/dev/null
wait_for "$recorder" $id-recorder
podman healthcheck run $id-recorder >/dev/null
podman healthcheck run $id-server >/dev/null
[ "$(podman inspect -f '{{.Config.User}}' $id-recorder)" = 1000:1000 ]
"$node" --input-type=module -e '
  const url = process.argv[1], { data } = await (await fetch(url + "/v1/models")).json();
  for (let i = 0; i < 8; i++) {
    const body = JSON.stringify({ model: data[0].id, stream: true, max_tokens: 20, messages: [{ role: "user", content: "hi " + i }] });
    const answer = await fetch(url + "/v1/chat/completions", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!(await answer.text()).includes("[DONE]")) throw new Error(String(answer.status));
  }' "http://127.0.0.1:$recorder"
podman stop -t 20 $id-recorder >/dev/null
if [ "$(podman inspect -f '{{.State.ExitCode}}' $id-recorder)" != 0 ] || [ -e "$dir/data/t.sqlite-wal" ]; then
  podman logs $id-recorder >&2
  echo "the recorder did not end in order" >&2
  exit 1
fi
step "recorded; SIGTERM to process 1 closed the tape"
podman run --rm -v "$dir/data:/data" localhost/reprise:smoke replay t.sqlite --target "http://127.0.0.1:$server" \
  --connections 2 --threads 1 --requests 8 --json >"$dir/replay.json"
grep -q '"ok": 8' "$dir/replay.json"
step "replayed"
