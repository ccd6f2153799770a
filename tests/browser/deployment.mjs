// One deployment behind the tests, and a browser in front of it.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { citizens } from './citizen.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const shots = process.env.VNEID_SCREENSHOTS ?? `${here}../../build/screenshots`;
mkdirSync(shots, { recursive: true });

export async function deploy(options) {
  const child = spawn('/usr/bin/python3', [`${here}serve.py`, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const facts = await next();
  return {
    ...facts,
    control: async (switches) => {
      child.stdin.write(`${JSON.stringify(switches)}\n`);
      return next();
    },
    stop: async () => {
      child.stdin.end();
      return next();
    },
  };
}

export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

// The deployment (with options of serve.py) and the browser of a test file, cleared away after its tests.
export async function stageWith(open, ...options) {
  const site = await deploy(options);
  let browser;
  after(async () => {
    await browser?.close();
    const { bad } = await site.stop();
    assert.deepEqual(bad, [], 'nginx error log');
  });
  browser = await open();
  return { site, browser, people: citizens(site, browser) };
}

export const stage = (...options) => stageWith(launch, ...options);

// A screenshot at phone and desktop width, axe's verdict, and no sideways scrolling at 320 px.
export async function examine(page, name) {
  const before = page.viewportSize();
  for (const [device, width, height] of [['phone', 360, 780], ['desktop', 1280, 900]]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${shots}/${name}-${device}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.setViewportSize(before);
  if (overflow > 0) throw new Error(`${name}: scrolls sideways by ${overflow} px at 320 px`);
  // evaluate() is not bound by the page's CSP, so axe needs no script element.
  await page.evaluate(axe);
  const verdict = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const found = verdict.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  if (found.length) throw new Error(`${name}: axe found ${found.join('; ')}`);
}
