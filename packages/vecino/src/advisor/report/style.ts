/**
 * The look of the page: a light and a dark palette by the reader's preference, families in five colours that also those
 * tell apart who see fewer (after Okabe and Ito, 2008), lightened where the ground is dark.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fcfcfb;--card:#fff;--ink:#1c1d21;--soft:#5b5f6a;--line:#e3e4e8;--grid:#ececf0;
--accent:#0b62c4;--accent-ground:#eaf2fc;--warn:#8a4b00;--warn-ground:#fff4e2;
--flat:#6b7280;--hnsw:#0b62c4;--ivf:#c4480a;--pq:#0a7f5a;--lsh:#9b3a94}
@media (prefers-color-scheme:dark){:root{--ground:#131418;--card:#1b1d23;--ink:#eceef2;--soft:#a2a7b3;--line:#30333c;--grid:#272a32;
--accent:#6fb1ff;--accent-ground:#17283e;--warn:#ffc77d;--warn-ground:#352716;
--flat:#a3a9b6;--hnsw:#6fb1ff;--ivf:#ff9a5c;--pq:#4fd0a2;--lsh:#e290dc}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1160px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.015em}
h2{font-size:20px;margin:44px 0 4px;letter-spacing:-.01em}
p{margin:6px 0}.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin-top:18px}
.best{border-color:var(--accent);box-shadow:inset 4px 0 0 var(--accent)}
.best h2{margin:0 0 2px;font-size:24px}
.label{font-size:13px;color:var(--soft);text-transform:uppercase;letter-spacing:.06em}
code{font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--accent-ground);border-radius:5px;padding:2px 7px;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:16px}
.tile{border:1px solid var(--line);border-radius:10px;padding:10px 14px}
.tile b{display:block;font-size:22px;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile span{font-size:13px;color:var(--soft)}
.warning{background:var(--warn-ground);color:var(--warn);border-radius:8px;padding:9px 14px;margin-top:10px}
ul{margin:8px 0;padding-left:20px}
figure{margin:14px 0 0}figcaption{color:var(--soft);font-size:14px;margin-bottom:6px}
svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14.5px;font-variant-numeric:tabular-nums;margin-top:8px}
th,td{padding:7px 9px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:13px}
thead th{vertical-align:bottom;white-space:normal}
th:first-child,td:first-child{text-align:left}
tbody th{color:var(--ink);font-size:14.5px}
tr.chosen th,tr.chosen td{background:var(--accent-ground)}
tr.chosen th{color:var(--accent)}
.range{display:block;font-size:12px;color:var(--soft)}
.notes{font-size:13.5px;margin-bottom:0}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:10px 0 0}
dt{color:var(--soft)}dd{margin:0}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,470px),1fr));gap:18px}
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
.tick{fill:var(--soft);font-size:12px}.axis{fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1}
.goal{stroke:var(--accent);stroke-width:1.2;stroke-dasharray:4 4}
.line{fill:none;stroke-width:2;stroke-linejoin:round;opacity:.85}
.front{fill:none;stroke:var(--ink);stroke-width:7;stroke-linejoin:round;stroke-linecap:round;opacity:.12}
.name{font-size:12.5px;font-weight:550}.chosen-name{font-weight:750}
.leader{stroke:var(--line);stroke-width:1}
${['flat', 'hnsw', 'ivf', 'pq', 'lsh']
  .map(
    (family) =>
      `.line.${family},.bar.${family}{stroke:var(--${family})}.dot.${family},.name.${family}{fill:var(--${family})}.swatch.${family}{background:var(--${family})}`,
  )
  .join('\n')}
@media print{body{background:#fff}.card{break-inside:avoid}}
`;
