/** The advisor's page in a real browser, where there is one: Debian's Chromium, or that of CHROMIUM. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { adviceReport } from '../../src/advisor/report/page.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { EXAMPLE_VERIFICATION, exampleAdvice } from './example-advice.ts';

const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const WHY = existsSync(BROWSER) ? '' : ` (skipped: there is no browser at ${BROWSER}; set CHROMIUM)`;

/** Luminance and contrast as WCAG 2.2 has them. */
function contrastOf(one: string, other: string): number {
  const [a = 0, b = 0] = [one, other].map(luminanceOf).sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

function luminanceOf(colour: string): number {
  const channels = (colour.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map((text) => {
    const share = Number(text) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.skipIf(WHY !== '')(`the page of an advice in Chromium${WHY}`, () => {
  it.each(['light', 'dark'] as const)(
    'opens without errors, asks for nothing, and can be read in the %s',
    { timeout: 60_000 },
    async (colorScheme) => {
      const path = join(temporaryFolder(), 'report.html');
      writeFileSync(path, adviceReport(exampleAdvice(), EXAMPLE_VERIFICATION));
      const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height: 900 } });
        const problems: string[] = [];
        page.on('console', (message) => problems.push(message.text()));
        page.on('pageerror', ({ message }) => problems.push(message));
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(pathToFileURL(path).href);
        expect(problems).toEqual([]);
        expect(asked).toEqual([pathToFileURL(path).href]);
        expect(await page.title()).toBe('Which index for words <of> "a" & b');

        // Every text, of pictures too, stands out from its ground.
        const colours =
          await page.evaluate(`[...document.querySelectorAll('h1,p,td,th,dd,dt,figcaption,text,.warning')]
          .filter((one) => one.textContent.trim() !== '')
          .map((one) => {
            const isDrawn = one.namespaceURI.endsWith('svg');
            let ground = one;
            while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
            const style = getComputedStyle(one);
            return [isDrawn ? style.fill : style.color, getComputedStyle(ground).backgroundColor, one.textContent];
          })`);
        const pairs = colours as readonly (readonly [string, string, string])[];
        expect(pairs.length).toBeGreaterThan(60);
        expect(pairs.filter(([ink, ground]) => contrastOf(ink, ground) < 4.5)).toEqual([]);
        const isDark = luminanceOf(pairs[0]?.[1] ?? '') < 0.2;
        expect(isDark).toBe(colorScheme === 'dark');

        // Nothing is cut off, and no name in a picture lies outside of it.
        const outside = await page.evaluate(`[...document.querySelectorAll('svg text')].filter((one) => {
          const own = one.getBoundingClientRect();
          const all = one.closest('svg').getBoundingClientRect();
          return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1;
        }).map((one) => one.textContent)`);
        expect(outside).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        const picture = process.env['REPORT_PICTURES'];
        if (picture) await page.screenshot({ path: `${picture}-${colorScheme}.png`, fullPage: true });
      } finally {
        await browser.close();
      }
    },
  );
});
