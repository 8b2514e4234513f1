import { readFileSync } from 'node:fs';

// Handed to the page as a script of the debugger's: the page's own policy would not let it in.
const source = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What keeps people out of a page, by axe's rules: the faults that it calls serious or critical. */
export async function faultsOf(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(`${source};0`);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.any[0]?.message ?? ''}`));
}
