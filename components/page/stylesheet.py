"""The stylesheet of our HTML. Colours come from the theme's tokens and stand nowhere else."""

from components.theme import PALETTE, SERIF

_VARIABLES = "".join(f"--{name}:light-dark({pair.light},{pair.dark});" for name, pair in PALETTE.items())

_BASE = """
.mk{font-family:Inter,'Noto Sans',sans-serif;font-size:.8667rem;line-height:1.4;color:var(--ink);
 font-variant-numeric:tabular-nums lining-nums;-webkit-font-smoothing:antialiased}
.mk-safe{--up:var(--up-safe);--down:var(--down-safe)}
.mk p,.mk ul,.mk h1,.mk h2,.mk h3,.mk table{margin:0;padding:0}
.mk ul{list-style:none}
.mk ul,.mk ul li{margin:0;font-size:inherit;line-height:inherit}
.mk a{color:var(--accent);text-decoration:underline;text-underline-offset:2px;text-decoration-thickness:1px}
.mk a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
.mk-n[role=button],.mk-tile:has(.mk-n),.mk-parts li:has(.mk-n),.mk td:has(.mk-n){cursor:pointer}
.mk-n[role=button]:hover,.mk-tile:hover .mk-tile-value,.mk-parts li:hover .mk-n,.mk td:hover>.mk-n{
 text-decoration:underline dotted 1px;text-underline-offset:3px}
.mk-n:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
.mk+.mk{margin-top:.8rem}
.mk-up{color:var(--up)}.mk-down{color:var(--down)}.mk-muted{color:var(--muted)}.mk-warn{color:var(--warn)}
.mk-nb{white-space:nowrap}
.mk-sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);
 white-space:nowrap}
.mk-n[data-state=stale],.mk-n[data-state=disputed]{border-bottom:1px dotted var(--warn)}
.mk-sp{display:inline-block;background:currentColor;flex:none}
.mk-narrow{display:none!important}
"""

_FRAME = """
.mk-strip{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem 1.35rem;color:var(--muted);min-height:2rem}
.mk-badge-line{display:inline-flex;align-items:center;gap:.55rem;color:var(--ink);white-space:nowrap}
.mk-badge{font-size:.72rem;font-weight:600;letter-spacing:.045em;line-height:1;padding:.24rem .42rem;
 border:1px solid var(--warn);border-radius:3px;color:var(--warn)}
.mk-badge.mk-live{border-color:var(--up);color:var(--up)}
.mk-badge.mk-replay{border-color:var(--accent);color:var(--accent)}
.mk-signal{display:inline-flex;align-items:center;gap:.5rem;white-space:nowrap}
.mk-signal i{flex:none;width:7px;height:7px}
.mk-dot{border-radius:50%;background:var(--up)}
.mk-ring{border-radius:50%;border:1.5px solid var(--muted)}
.mk-square{background:var(--warn)}
.mk-diamond{background:var(--down);transform:rotate(45deg)}
.mk h1.mk-h1{font-family:@serif;font-weight:600;font-size:clamp(1.5rem,1.05rem + 1.6vw,2.15rem);
 line-height:1.16;letter-spacing:-.012em;text-wrap:balance;max-width:32em;color:var(--ink)}
.mk p.mk-lead{margin-top:.45rem;font-size:.95rem;max-width:84em;color:var(--muted);text-wrap:pretty}
.mk-head{display:flex;align-items:flex-start;justify-content:space-between;gap:.75rem}
.mk h2.mk-title,.mk h3.mk-title{font-family:Inter,'Noto Sans',sans-serif;font-size:1rem;font-weight:600;
 line-height:1.35;
 letter-spacing:-.003em;color:var(--ink)}
.mk a.mk-help{flex:none;width:1.3rem;height:1.3rem;border:1px solid var(--border);border-radius:50%;
 display:grid;place-items:center;font-size:.72rem;color:var(--muted);text-decoration:none}
.mk a.mk-help:hover{color:var(--accent);border-color:var(--accent)}
.mk p.mk-def{margin-top:.1rem;font-size:.83rem;color:var(--muted);text-wrap:pretty}
.mk-source{font-size:.76rem;color:var(--muted)}
.mk-note{border-left:3px solid var(--accent);background:var(--soft);padding:.55rem .8rem;font-size:.85rem;
 border-radius:0 3px 3px 0}
.mk-note-warn{border-color:var(--warn)}.mk-note-warn b{color:var(--warn)}
.mk-note-down{border-color:var(--down)}.mk-note-down b{color:var(--down)}
.mk-empty{min-height:180px;display:flex;flex-direction:column;align-items:center;justify-content:center;
 gap:.25rem;text-align:center;padding:1rem;color:var(--muted);text-wrap:balance}
.mk-empty b{color:var(--ink)}
.mk ul.mk-facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(27rem,100%),1fr));gap:0 2rem;
 padding-top:.35rem}
.mk ul.mk-facts li{padding:.25rem 0;text-wrap:pretty}
:is(.mk-lead,.mk-facts,.mk-def,.mk-events,.mk-score-words) .mk-n{
 text-decoration:underline dotted 1px var(--muted);text-underline-offset:3px}
.mk-group-of{scroll-margin-top:7.5rem}
.mk-entry{scroll-margin-top:4.6rem;padding:.7rem 0;border-top:1px solid var(--border)}
.mk .mk-entry h3{font-size:.9rem}
.mk-entry dl,.mk-open dl{display:grid;grid-template-columns:8rem minmax(0,1fr);margin:0}
.mk .mk-entry dl{grid-template-columns:5rem minmax(0,1fr);gap:.15rem 0;margin-top:.2rem;padding:0;
 max-width:64rem}
.mk :is(dl,dt,dd){font-size:inherit;line-height:inherit}
.mk-entry dt{grid-column:1;margin:0;color:var(--muted);font-weight:400}
.mk-entry dd{grid-column:2;margin:0;text-wrap:pretty}
.mk-here{border-left:3px solid var(--accent);padding-left:.8rem}
.mk-table tr[id]{scroll-margin-top:4.6rem}
.mk-table tr.mk-here{border-left:0}
.mk-table tr.mk-here>th{box-shadow:inset 3px 0 var(--accent);padding-left:.8rem}
.mk-contents{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem}
.mk-age{white-space:nowrap;color:var(--muted)}
.mk-late{color:var(--warn);font-weight:600}
.mk-date-why{position:fixed;z-index:1000010;max-width:20rem;padding:.45rem .7rem;background:var(--card);
 border:1px solid var(--border);border-left:3px solid var(--warn);border-radius:0 3px 3px 0;font-size:.8rem}
.mk-footer{font-size:.8rem;color:var(--muted);border-top:1px solid var(--border);padding-top:.75rem}
"""

_TILES = """
.mk ul.mk-tiles{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:1px;background:var(--border);
 border:1px solid var(--border);border-radius:6px;overflow:hidden}
.mk li.mk-tile{position:relative;background:var(--card);padding:.6rem .8rem .6rem;min-width:0}
.mk-tile-name{display:flex;justify-content:space-between;gap:.5rem;font-size:.8rem;color:var(--muted);
 white-space:nowrap}
.mk-tile-name span:first-child{overflow:hidden;text-overflow:ellipsis}
.mk-tile-row{display:flex;justify-content:space-between;align-items:center;gap:.4rem;min-height:36px}
.mk-tile-value{font-size:1.5rem;font-weight:600;letter-spacing:-.02em;line-height:1.25;white-space:nowrap}
.mk-tile-change:empty{display:none}
.mk-tile-change{font-weight:600;min-height:1.2em;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.mk-arrow{font-size:.8em;margin-right:.1em}
.mk-sofar{font-weight:400;color:var(--muted)}
.mk-tile-about{font-size:.76rem;color:var(--muted);min-height:1.4em;white-space:nowrap;overflow:hidden;
 text-overflow:ellipsis}
"""

_TABLES = """
.mk-scroll{position:relative;overflow-x:auto;container-type:inline-size}
.mk table.mk-table{width:100%;border-collapse:collapse;border:0;font-size:inherit}
.mk .mk-table caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.mk .mk-table th,.mk .mk-table td{border:0;border-bottom:1px solid var(--border);padding:.4rem .55rem;
 text-align:right;vertical-align:middle;font-weight:400;color:var(--ink);white-space:nowrap}
.mk .mk-table th:first-child,.mk .mk-table td:first-child{padding-left:0}
.mk .mk-table th:last-child,.mk .mk-table td:last-child{padding-right:0}
.mk .mk-table thead th{font-size:.8rem;color:var(--muted);vertical-align:bottom}
.mk .mk-table tbody tr:last-child>*{border-bottom:0}
.mk .mk-table .mk-text{text-align:left}
.mk .mk-table .mk-wrap{white-space:normal;text-wrap:pretty}
.mk .mk-table .mk-strong{font-weight:600}
.mk .mk-table .mk-grey,.mk .mk-table .mk-day{color:var(--muted)}
@container (max-width:32rem){.mk .mk-table th,.mk .mk-table td{white-space:normal}}
.mk .mk-table tr.mk-group th{text-align:left;font-weight:600;font-size:.76rem;color:var(--muted);
 padding-top:.8rem}
.mk .mk-table tr.mk-now>*{font-weight:600}
.mk .mk-table td.mk-line{color:var(--muted);line-height:0;padding-top:.1rem;padding-bottom:.1rem}
.mk .mk-table td .mk-up{color:var(--up)}.mk .mk-table td .mk-down{color:var(--down)}
.mk .mk-table td .mk-muted{color:var(--muted)}.mk .mk-table td .mk-warn{color:var(--warn)}
.mk .mk-table td.mk-bar{width:34%;min-width:70px}
.mk-fill{display:block;height:9px;border-radius:2px;background:var(--other)}
tr.mk-now .mk-fill{background:var(--zone-block)}
"""

_LEVELS = """
.mk-ruler{position:relative;height:86px;margin:.2rem 0 .6rem}
.mk-track{position:absolute;left:0;right:0;top:47px;height:8px;border-radius:4px;background:var(--soft)}
.mk-block{position:absolute;top:43px;height:16px;min-width:.4%;border-radius:2px;background:var(--zone-block);
 opacity:.55}
.mk-block.mk-in{opacity:.95}
.mk-block.mk-thin{width:2px;min-width:2px;margin-left:-1px;opacity:.8}
.mk-mark{position:absolute;top:64px;transform:translateX(-50%);font-size:.76rem;color:var(--muted);
 white-space:nowrap}
.mk-mark.mk-first{transform:none}.mk-mark.mk-last{transform:translateX(-100%)}
.mk-stem{position:absolute;top:24px;height:38px;width:2px;margin-left:-1px;background:var(--ink)}
.mk-pin{position:absolute;top:4px;transform:translateX(-50%);background:var(--ink);color:var(--page);
 font-weight:600;padding:.05rem .4rem;border-radius:3px;white-space:nowrap}
.mk-pin.mk-first{transform:none}.mk-pin.mk-last{transform:translateX(-100%)}
.mk ul.mk-events li{display:grid;grid-template-columns:7.4em 1fr;gap:.2rem;padding:.22rem 0}
.mk ul.mk-events time{color:var(--muted)}
"""

_GAUGE = """
.mk-score{display:flex;align-items:baseline;flex-wrap:wrap;gap:0 .6rem}
.mk-score-value{font-size:2.5rem;font-weight:600;letter-spacing:-.03em;line-height:1.15}
.mk-score-band{font-size:1.05rem;font-weight:600}
.mk-score-words{color:var(--muted)}
.mk-gauge{position:relative;padding-top:1.35rem;margin:.15rem 0 .7rem}
.mk-bands{display:flex;height:12px}
.mk-bands i{display:block}
.mk-calm{background:var(--calm)}.mk-elevated{background:var(--elevated)}
.mk-stress{background:var(--stress)}.mk-crisis{background:var(--crisis)}
.mk-needle{position:absolute;top:calc(1.35rem - 5px);width:3px;height:22px;margin-left:-1.5px;
 background:var(--ink);outline:2px solid var(--card)}
.mk-median{position:absolute;top:calc(1.35rem - 4px);width:2px;height:20px;margin-left:-1px;
 background:var(--ink);opacity:.45}
.mk-median-name{position:absolute;top:0;transform:translateX(-50%);font-size:.74rem;color:var(--muted);
 white-space:nowrap}
.mk-band-names{display:flex;margin-top:.25rem;font-size:.74rem;color:var(--muted)}
.mk-band-names span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.mk ul.mk-parts li{display:grid;grid-template-columns:1fr 42% 2.2em;gap:.8rem;align-items:center;
 padding:.2rem 0}
.mk-part-track{height:8px;border-radius:2px;background:var(--soft);overflow:hidden}
.mk-part-fill{display:block;height:100%;background:var(--muted)}
.mk-hot .mk-part-fill{background:var(--down)}
.mk-part-value{text-align:right;font-weight:600}
"""

_CHART = """
.mk-surface{position:relative}
.mk-menu{display:flex;justify-content:flex-end;gap:.15rem;height:24px;margin:0;opacity:0;
 transition:opacity .12s}
:hover>.mk-menu,.mk-menu:focus-within,.mk-menu:has([aria-pressed=true]){opacity:1}
@media (hover:none){.mk-menu{opacity:1}}
.mk-menu button{min-width:24px;height:24px;padding:0 .4rem;font:inherit;font-size:.74rem;color:var(--muted);
 background:none;border:0;border-radius:3px;cursor:pointer}
.mk-menu button[hidden]{display:none}
.mk-menu button:hover,.mk-menu button[aria-pressed=true]{color:var(--accent);text-decoration:underline}
.mk-menu button:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
.mk-sheet{position:absolute;inset:0;overflow:auto;overscroll-behavior:contain;background:var(--card)}
.mk-sheet[hidden]{display:none}
.mk-sheet:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
.mk-sheet thead th{position:sticky;top:0;background:var(--card);z-index:1}
.mk-sheet tbody th{position:sticky;left:0;background:var(--card)}
.mk.mk-sheet .mk-table th:first-child{text-align:left;padding-right:1rem}
.mk.mk-sheet .mk-table :is(th,td){padding-top:.22rem;padding-bottom:.22rem}
.mk-source{margin-top:-.65rem}
"""

_OPEN = """
.st-key-open{position:absolute}
.mk-open{width:min(34rem,calc(100vw - 2rem));max-height:min(44rem,calc(100dvh - 2rem));padding:0;margin:auto;
 border:1px solid var(--border);border-radius:8px;background:var(--card);color:var(--ink);font-size:.9rem;
 overscroll-behavior:contain}
.mk-open::backdrop{background:light-dark(var(--ink),var(--page));opacity:.45}
.mk-open>div{padding:1.1rem 1.25rem 1.2rem}
.mk-open header,.mk-open footer{display:flex;justify-content:space-between;align-items:flex-start;gap:1rem}
.mk-open footer{align-items:baseline}
.mk-open h2{margin:0;padding:0;font:600 1rem/1.35 Inter,'Noto Sans',sans-serif;color:var(--ink)}
.mk-open button{flex:none;font:inherit;font-size:.83rem;color:var(--accent);background:none;
 border:1px solid var(--border);border-radius:4px;padding:.2rem .6rem;min-height:1.75rem;cursor:pointer}
.mk-open button:hover{border-color:var(--accent)}
.mk-open button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.mk p.mk-open-value{margin:.35rem 0 .6rem;color:var(--muted)}
.mk-open-value b{font-size:1.5rem;font-weight:600;letter-spacing:-.02em;color:var(--ink);margin-right:.4rem;
 overflow-wrap:anywhere}
.mk-open dl{margin-bottom:.9rem}
.mk-open dt{grid-column:1;color:var(--muted);padding:.3rem 0;border-top:1px solid var(--border)}
.mk-open dd{grid-column:2;margin:0;padding:.3rem 0;overflow-wrap:anywhere}
.mk-open dt+dd{border-top:1px solid var(--border)}
.mk-open dd+dd{padding-top:0}
"""

_SCREENS = """
@media (max-width:1120px){
 .mk ul.mk-tiles{grid-template-columns:repeat(3,minmax(0,1fr))}
 .mk-signal{white-space:normal}
}
@media (max-width:640px){
 .mk-wide{display:none!important}
 .mk-narrow{display:inline-flex!important}
 td.mk-narrow,th.mk-narrow{display:table-cell!important}
 .mk-strip{gap:.1rem .6rem}
 .mk ul.mk-tiles{grid-template-columns:repeat(2,minmax(0,1fr))}
 .mk li.mk-tile{padding:.55rem .65rem}
 .mk-tile-value{font-size:1.32rem}
 .mk-tile-row .mk-sp{width:58px!important}
 .mk table.mk-table{font-size:.8rem}
 .mk .mk-table th,.mk .mk-table td{padding-left:.28rem;padding-right:.28rem}
 .mk .mk-table thead th{white-space:normal;font-size:.74rem}
 .mk .mk-table td.mk-line .mk-sp{width:42px!important}
 .mk ul.mk-parts li{grid-template-columns:1fr 38% 2em;gap:.6rem}
 .mk-open{width:100%;max-width:100%;max-height:86dvh;margin:auto 0 0;border-radius:12px 12px 0 0;
  border-width:1px 0 0}
 .mk-open dl{grid-template-columns:7rem minmax(0,1fr)}
 .mk-open button{min-height:2.4rem;padding:.2rem .9rem}
}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation:none!important;transition:none!important}}
@media print{.mk-help,.mk-menu{display:none!important}}
"""

STYLESHEET = "".join(
    (
        f".mk,.st-key-strip,[class*='st-key-card'],[data-testid='stTopNavLink']{{{_VARIABLES}}}",
        "[class*='st-key-card']{background:var(--card)}",
        _BASE,
        _FRAME.replace("@serif", SERIF),
        _TILES,
        _TABLES,
        _LEVELS,
        _GAUGE,
        _CHART,
        _OPEN,
        _SCREENS,
    )
)
