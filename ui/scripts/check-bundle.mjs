// Looks over ui/dist after a build: nothing inline, nothing from the network, no fixtures.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile())
  .map((f) => join(f.parentPath, f.name));
const wrong = [];
/** What is fetched before anything can be drawn; each screen comes by itself. */
const FIRST_LIMIT = 640_000;

const html = readFileSync(join(dist, 'index.html'), 'utf8');
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html)) wrong.push('index.html holds an inline script');
if (/<style/.test(html) || /\sstyle=/.test(html)) wrong.push('index.html holds an inline style');
if (/\b(?:src|href)="(?!\/)/.test(html)) wrong.push('index.html refers to something outside of this folder');

const first = [...html.matchAll(/assets\/[^"]+\.js/g)].map(([path]) => readFileSync(join(dist, path)).length);
const bytes = first.reduce((sum, n) => sum + n, 0);
if (bytes > FIRST_LIMIT)
  wrong.push(`the first paint needs ${bytes} bytes of script, more than ${FIRST_LIMIT}`);

for (const file of files) {
  if (!/\.(js|css|html)$/.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  if (/signalbox-fixture-host|alderstreet\.example|Gallery/.test(text)) wrong.push(`${file} holds fixtures`);
  if (/url\((['"]?)(?:https?:)?\/\/|url\((['"]?)data:/.test(text)) wrong.push(`${file} loads from elsewhere`);
  if (/@import\s+url/.test(text)) wrong.push(`${file} imports a style sheet`);
}

if (wrong.length > 0) {
  for (const line of wrong) console.error(line);
  process.exit(1);
}
console.log(
  `dist: ${files.length} files, ${bytes} bytes of script before the first paint, nothing inline, no fixtures`,
);
