// Looks over ui/dist after a build: nothing inline, nothing from the network, no fixtures.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile())
  .map((f) => join(f.parentPath, f.name));
const wrong = [];

const html = readFileSync(join(dist, 'index.html'), 'utf8');
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html)) wrong.push('index.html holds an inline script');
if (/<style/.test(html) || /\sstyle=/.test(html)) wrong.push('index.html holds an inline style');
if (/\b(?:src|href)="(?!\/)/.test(html)) wrong.push('index.html refers to something outside of this folder');

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
console.log(`dist: ${files.length} files, nothing inline, no fixtures`);
