// Makes the third-party files of app/static: the plotly.js bundle, the fonts and all their licences.
// Each file is named after its content, so that a browser may keep it for ever.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "../../app/static");
const packages = join(here, "node_modules");

const version = (name) => JSON.parse(readFileSync(join(packages, name, "package.json"))).version;

function keep(stem, extension, content) {
  for (const old of readdirSync(target)) {
    if (old.startsWith(`${stem}-`) && old.endsWith(extension)) rmSync(join(target, old));
  }
  const name = `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}${extension}`;
  writeFileSync(join(target, name), content);
  console.log(`${name}  ${content.length} bytes`);
  return name;
}

const made = await build({
  absWorkingDir: here,
  entryPoints: ["bundle.js"],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "esm",
  target: "es2022",
  legalComments: "none", // the licences stand in LICENSES.txt
  define: { global: "window", "process.env.NODE_DEBUG": "false" },
  loader: { ".css": "empty" }, // only the style of map traces, which are not in the bundle
});
const bundle = keep("plotly", ".js", Buffer.from(made.outputFiles[0].contents));

const chart = join(target, "chart.js");
const source = readFileSync(chart, "utf8");
writeFileSync(chart, source.replace(/plotly-[0-9a-f]{8}\.js/, bundle));

const fonts = { inter: "@fontsource-variable/inter", "source-serif-4": "@fontsource-variable/source-serif-4" };
for (const [font, name] of Object.entries(fonts)) {
  keep(font, ".woff2", readFileSync(join(packages, name, `files/${font}-latin-wght-normal.woff2`)));
}

const parts = made.metafile.outputs[Object.keys(made.metafile.outputs)[0]].inputs;
const bundled = Object.keys(parts)
  .filter((path) => parts[path].bytesInOutput > 0 && !path.endsWith(".css"))
  .map((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
  .filter(Boolean);
const licences = [...new Set([...bundled, ...Object.values(fonts)])].sort().map((name) => {
  const file = readdirSync(join(packages, name)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(packages, name, file), "utf8") : statedLicence(name);
  return `${name} ${version(name)}\n${"-".repeat(72)}\n${text.trim()}\n`;
});
writeFileSync(join(target, "LICENSES.txt"), licences.join("\n\n").replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, ""));

function statedLicence(name) {
  const { license, author } = JSON.parse(readFileSync(join(packages, name, "package.json")));
  return `${license}, ${typeof author === "string" ? author : author?.name}`;
}
