/** The pages' one stylesheet: light and dark by the reader's own setting, contrast at least 4.5:1 in both, from 390 px up, and in print. */
export const style = `
:root { color-scheme: light dark; --ground: #ffffff; --panel: #f4f6f8; --ink: #1b2530; --soft: #4d5b69; --line: #d5dce3; --link: #0b5cad; --good: #17653a; --good-ground: #e3f4e9; --bad: #9b1c1c; --bad-ground: #fdeaea; --mark: #fff1b8; }
@media (prefers-color-scheme: dark) { :root { --ground: #12181f; --panel: #1b242d; --ink: #e6ebf0; --soft: #aab6c2; --line: #36424e; --link: #7fbcff; --good: #86e0a8; --good-ground: #12351f; --bad: #ffa8a8; --bad-ground: #411a1a; --mark: #5a4a00; } }
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding: .6rem 1rem; background: var(--panel); border-bottom: 1px solid var(--line); }
header ol { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; } header li + li::before { content: "/"; margin: 0 .5rem; color: var(--soft); }
header .live { margin: 0; color: var(--soft); font-size: .9rem; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: var(--link); } a:focus-visible, summary:focus-visible, input:focus-visible, select:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .3rem .6rem; z-index: 1; }
.scroll { overflow-x: auto; margin: .5rem 0 1rem; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 40%; width: max-content; } caption { text-align: left; color: var(--soft); padding: .2rem 0; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; } th.number, td.number { text-align: right; white-space: nowrap; } th { font-weight: 600; }
td { overflow-wrap: break-word; max-width: 32rem; } td code { overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: .8rem; border: 1px solid currentColor; font-size: .85rem; } .badge.good { color: var(--good); background: var(--good-ground); } .badge.bad { color: var(--bad); background: var(--bad-ground); } .badge.plain { color: var(--soft); }
.verdict { padding: .7rem 1rem; background: var(--panel); border-left: .3rem solid var(--line); } .verdict.good { border-color: var(--good); } .verdict.bad { border-color: var(--bad); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; margin-bottom: .3rem; } .chart { background: #ffffff; border: 1px solid var(--line); border-radius: .3rem; padding: .5rem; overflow-x: auto; } .chart svg { max-width: 100%; height: auto; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; font: 14px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { margin: .5rem 0; } summary { cursor: pointer; } dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
form.filter { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; background: var(--panel); padding: .7rem; border-radius: .3rem; } form.filter label { display: grid; font-size: .85rem; color: var(--soft); } input, select, button { font: inherit; padding: .3rem .5rem; color: var(--ink); background: var(--ground); border: 1px solid var(--soft); border-radius: .25rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; } ins { background: var(--good-ground); color: var(--good); text-decoration: none; border-bottom: 2px solid; } del { background: var(--bad-ground); color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem; padding: 0; list-style: none; } .tiles a, .tiles div { display: block; padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; text-decoration: none; color: inherit; } .tiles strong { display: block; font-size: 1.4rem; }
form.chooser { display: grid; gap: .6rem; background: var(--panel); padding: .7rem; border-radius: .3rem; justify-items: start; } fieldset { border: 1px solid var(--line); border-radius: .3rem; width: 100%; } .choice { margin-right: .6rem; white-space: nowrap; }
.verdicts { list-style: none; padding: 0; display: grid; gap: .5rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; } h3 small { color: var(--soft); font-weight: 400; }
@media print { header, form.filter, .skip { display: none; } .scroll { overflow: visible; } a { color: inherit; } details:not([open]) > *:not(summary) { display: block; } }
@media (max-width: 480px) { main { padding: .7rem; } h1 { font-size: 1.25rem; } dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .4rem; } }
`
