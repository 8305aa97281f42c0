/** The look of the incident page: the dashboard's colours, dark and light, and paper. */

/** One style sheet; the page's policy names its hash, so nothing else can style it. */
export const STYLE = `
:root{--ground:#101317;--surface:#171b21;--edge:#2b323c;--text:#e6e3dc;--soft:#a4abb5;--lantern:#f0b04a;--act:#ff8a7a;--mark:#3d2f12;color-scheme:dark}
@media (prefers-color-scheme:light){:root{--ground:#f6f3ec;--surface:#fffdf8;--edge:#d9d2c3;--text:#23211c;--soft:#575247;--lantern:#7a4b00;--act:#a3201a;--mark:#f7e3b5;color-scheme:light}}
*{box-sizing:border-box}
html{font:14px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;background:var(--ground);color:var(--text)}
body{margin:0 auto;max-width:960px;padding:32px 24px 64px}
h1{font-size:22px;line-height:1.3;font-weight:600;margin:0 0 8px;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:14px;font-weight:600;margin:40px 0 8px;padding-bottom:8px;border-bottom:1px solid var(--edge)}
p{margin:0 0 8px;max-width:72ch;overflow-wrap:anywhere}
.of{color:var(--soft);margin:0 0 4px}
.of b{color:var(--lantern);font-weight:600}
bdi,code,pre{font:13px/1.5 ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,monospace}
h1 bdi{font-size:inherit}
ul,ol{list-style:none;margin:0;padding:0}
.story>li{display:grid;grid-template-columns:11em 1.5em minmax(0,1fr);gap:0 8px;padding:8px 0;border-bottom:1px solid var(--edge)}
.story>li:last-child{border-bottom:0}
.story time,.soft{color:var(--soft)}
.sign{color:var(--lantern);text-align:center}
.high .sign,.critical .sign{color:var(--act)}
.word{color:var(--soft)}
.high .word,.critical .word{color:var(--act)}
pre{margin:8px 0 0;padding:8px 12px;background:var(--surface);border:1px solid var(--edge);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;direction:ltr}
pre span,bdi{direction:ltr;unicode-bidi:bidi-override}
pre span{display:block;padding-left:2ch;text-indent:-2ch}
pre b{color:var(--soft);font-weight:400}
code{white-space:nowrap}
section .of{margin-top:12px}
table+pre{margin-top:16px}
mark{background:var(--mark);color:inherit;border-radius:2px}
.reasons>li{padding:4px 0 4px 20px;position:relative;max-width:80ch;overflow-wrap:anywhere}
.reasons>li::before{content:"–";position:absolute;left:0;color:var(--lantern)}
table{width:100%;border-collapse:collapse}
th{text-align:left;font-weight:400;color:var(--soft)}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--edge);vertical-align:top;overflow-wrap:anywhere}
td.n{text-align:right}
td.n,td.a{white-space:nowrap}
progress{appearance:none;width:100px;height:8px;border:1px solid var(--edge);background:var(--surface);vertical-align:middle}
progress::-webkit-progress-bar{background:var(--surface)}
progress::-webkit-progress-value{background:var(--lantern)}
progress::-moz-progress-bar{background:var(--lantern)}
dl{display:grid;grid-template-columns:minmax(10em,max-content) minmax(0,1fr);gap:2px 16px;margin:8px 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:48px;color:var(--soft)}
@media (max-width:600px){body{padding:16px 16px 48px}.story>li{grid-template-columns:1.5em minmax(0,1fr)}.story time{grid-column:1/-1}.wide{display:none}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
@media print{:root{--ground:#fff;--surface:#fff;--edge:#bbb;--text:#000;--soft:#444;--lantern:#000;--act:#000;--mark:#ddd;color-scheme:light}html{font-size:11px}body{max-width:none;padding:0}.story>li,pre,tr,.reasons>li{break-inside:avoid}h2{break-after:avoid}mark{text-decoration:underline}}
`;
