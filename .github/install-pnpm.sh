#!/usr/bin/env bash
# Puts the pnpm with this hash into PATH: the jobs that build and publish run nothing that is pinned by name alone.
set -euo pipefail
version=12.21.0
hash=f1eb9f0a31d7b2929b352fe487cab843482a2683aebc2e10e69828b3a5d2f01cbf9c032d3fe8dff05d42c3d7abf38d247c05fe3c9fedb3e03daa72c4f75aef5d
cd "$(mktemp -d)"
npm pack --silent "@pnpm/exe.linux-x64@$version" > /dev/null
file="pnpm-exe.linux-x64-$version.tgz"
echo "$hash  $file" | sha512sum --check --quiet
tar -xzf "$file"
echo "$PWD/package" >> "$GITHUB_PATH"
