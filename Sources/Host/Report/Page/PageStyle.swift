/// The page's look: system fonts, two colour schemes, one column that narrows.
enum PageStyle {
  static let text = """
    :root{color-scheme:light dark;--page:#f6f6f4;--card:#fff;--ink:#1c2126;--soft:#5f6b76;--rule:#e3e4e2;--faint:#efefed;--line:#2b6a8c;
    --band:rgba(43,106,140,.16);--up:#23795a;--down:#b3473c;--fall:rgba(179,71,60,.15);--price:#6d747b;--priceband:rgba(109,116,123,.16);
    --hold:#7a5aa6;--holdband:rgba(122,90,166,.16);--stop:rgba(178,124,16,.13);
    --warn:#8a5a00;--warnpage:#fdf5e2;--warnrule:#ecd9a7}
    @media (prefers-color-scheme:dark){:root{--page:#121517;--card:#1a1e21;--ink:#e4e7e9;--soft:#98a2ab;--rule:#2d3338;--faint:#23282c;
    --line:#6fb3d6;--band:rgba(111,179,214,.18);--up:#5cbf95;--down:#e0857a;--fall:rgba(224,133,122,.18);--price:#a3abb2;
    --priceband:rgba(163,171,178,.17);--hold:#b79ae0;--holdband:rgba(183,154,224,.2);--stop:rgba(230,192,106,.13);--warn:#e6c06a;--warnpage:#2a2413;--warnrule:#4d4222}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
    font-variant-numeric:tabular-nums}
    main{max-width:1180px;margin:0 auto;padding:36px 24px 56px}
    h1{margin:0;font-size:26px;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
    h2{margin:0;font-size:16px;font-weight:650}
    h3{margin:20px 0 6px;font-size:13px;font-weight:600;color:var(--soft)}
    p{margin:0}
    .sub,.note{color:var(--soft);font-size:13px}
    .sub{margin-top:4px;overflow-wrap:anywhere}
    .notice{margin-top:18px;padding:12px 16px;border:1px solid var(--warnrule);border-radius:8px;background:var(--warnpage);color:var(--warn);
    font-size:14px;overflow-wrap:anywhere}
    .notice p+p{margin-top:6px}
    .notice.halt{border-color:var(--down);color:var(--down);background:var(--fall)}
    .card{margin-top:18px;padding:18px 20px 20px;background:var(--card);border:1px solid var(--rule);border-radius:10px}
    .figures{display:grid;margin:0;grid-template-columns:repeat(4,minmax(0,1fr));gap:20px 24px}
    .figures dt,.pairs dt{color:var(--soft);font-size:13px}
    .figures dd{margin:1px 0 0;font-size:20px;font-weight:600;letter-spacing:-.01em;overflow-wrap:anywhere}
    .figures dd small{display:block;font-size:12.5px;font-weight:400;letter-spacing:0;color:var(--soft)}
    .figures.small{grid-template-columns:repeat(6,minmax(0,1fr));gap:14px 24px;margin:14px 0 18px}
    .figures.small dd{font-size:15px}
    .unit{display:inline-block;white-space:nowrap;font-size:.62em;font-weight:500;color:var(--soft);margin-left:.3em}
    .small .unit{font-size:.82em}
    .up{color:var(--up)}.down{color:var(--down)}
    .plot+.head{margin-top:38px}
    .head.below{margin-top:26px}.head+.scroll{margin-top:12px}.empty{margin-top:12px}.formula{margin-top:10px}.formula b{font-weight:600}
    .plot:focus-visible,.scroll:focus-visible,th button:focus-visible{outline:2px solid var(--line);outline-offset:2px}
    th button:focus-visible{outline-offset:-2px}
    .head{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;justify-content:space-between}
    .plot{position:relative;margin:14px 22px 26px calc(var(--y)*1ch + 12px);height:250px;font-size:11.5px;cursor:crosshair;touch-action:pan-y}
    .plot.drawdown,.plot.exposure{height:120px}.plot.price{height:320px}
    .plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
    .plot path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round;stroke-linecap:round}
    .plot .grid{stroke:var(--rule);stroke-width:1;stroke-linecap:butt}.plot .faint{stroke:var(--faint)}
    .plot .level{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 4;stroke-linecap:butt}
    .plot .equityline{stroke:var(--line);stroke-width:1.5}.plot .equityband{fill:var(--band)}
    .plot .priceline{stroke:var(--price);stroke-width:1.1}.plot .priceband{fill:var(--priceband)}
    .plot .fallline{stroke:var(--down);stroke-width:1.1}.plot .fall{fill:var(--fall)}
    .plot .exposureline{stroke:var(--hold);stroke-width:1.1}.plot .exposureband{fill:var(--holdband)}
    .plot .stopped{fill:var(--stop)}.swatch{display:inline-block;width:14px;height:10px;margin-right:5px;background:var(--stop);border:1px solid var(--warn)}
    .plot .y,.plot .x,.plot .word{position:absolute;color:var(--soft);white-space:nowrap;line-height:1;pointer-events:none}
    .plot .y{right:100%;margin-right:10px;transform:translateY(-50%)}
    .plot .x{top:100%;margin-top:9px;transform:translateX(-50%)}
    .plot .word{right:0;margin-top:-15px;padding:1px 3px;background:var(--card);border-radius:3px;opacity:.9}
    .cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--soft);opacity:.6;display:none;pointer-events:none}
    .tip{position:fixed;z-index:9;display:none;padding:8px 10px;border:1px solid var(--rule);border-radius:7px;background:var(--card);color:var(--ink);
    box-shadow:0 4px 18px rgba(0,0,0,.14);font-size:12.5px;line-height:1.5;white-space:nowrap;pointer-events:none;grid-template-columns:auto auto;gap:0 14px}
    .tip b{grid-column:1/-1;font-weight:600}.tip i{font-style:normal;color:var(--soft)}.tip span{text-align:right}
    .symbols{position:absolute;width:0;height:0}
    .buy{stroke:var(--up)}.sell{stroke:var(--down)}.buy.in{fill:var(--up)}.sell.in{fill:var(--down)}.out{fill:var(--card)}
    .marks use{stroke-width:1.1;stroke-linejoin:round}
    .legend{display:flex;flex-wrap:wrap;gap:2px 16px;color:var(--soft);font-size:12.5px}
    .legend svg{width:11px;height:10px;margin-right:5px;vertical-align:-1px;overflow:visible}
    .scroll{overflow:auto;max-height:460px;border:1px solid var(--rule);border-radius:7px}
    .scroll.short{max-height:none}
    table{width:100%;border-collapse:collapse;font-size:13px;white-space:nowrap}
    th{position:sticky;top:0;background:var(--card);box-shadow:inset 0 -1px var(--rule);font-weight:600;color:var(--soft);text-align:right;padding:0}
    th.t,td.t{text-align:left}
    th button{all:unset;box-sizing:border-box;width:100%;padding:7px 8px;cursor:pointer}
    th button:hover,th button:focus-visible{color:var(--ink)}
    th span{display:block;padding:7px 8px}
    th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
    td{padding:5px 8px;text-align:right;border-top:1px solid var(--faint)}
    td small{display:block;font-size:11px;line-height:1.2;color:var(--soft)}
    .stack td.name{min-width:185px;white-space:normal}.stack td.name code{white-space:nowrap}.stack td.breaks{min-width:120px;white-space:normal}
    td.clip{max-width:190px;overflow:hidden;text-overflow:ellipsis}th:last-child:not(.t),td:last-child:not(.t){position:sticky;right:0;background:var(--card)}
    .stack td{overflow-wrap:anywhere}
    .meter{display:inline-block;width:92px;height:7px;margin-right:10px;border-radius:4px;background:var(--rule);overflow:hidden;
    vertical-align:1px;text-align:left}.meter i{display:block;height:100%;background:var(--line)}.meter.near i{background:var(--warn)}.meter.full i{background:var(--down)}
    .strip{display:block;width:100%;min-width:180px;height:22px;background:var(--faint);border-radius:3px}.strip path{fill:var(--down)}
    .two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 24px}
    .pairs{display:grid;grid-template-columns:minmax(150px,auto) minmax(0,1fr);gap:6px 18px;margin:8px 0 0;font-size:13.5px}
    .pairs dt{font-size:13.5px}.pairs dd{margin:0;overflow-wrap:anywhere}
    code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
    .unlimited{display:inline-block;padding:0 8px;border:1px solid var(--warnrule);border-radius:9px;background:var(--warnpage);color:var(--warn);
    font-weight:600}
    footer{margin-top:22px;color:var(--soft);font-size:12.5px;overflow-wrap:anywhere}
    @media (max-width:900px){table:not(.stack) th:last-child:not(.t),table:not(.stack) td:last-child:not(.t){box-shadow:-1px 0 var(--rule)}
    .stack,.stack tbody{display:block}.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .stack tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:3px 26px;padding:9px 11px}.stack tr+tr{border-top:1px solid var(--rule)}
    .stack td,.stack td:last-child:not(.t){position:static}.stack td{display:flex;justify-content:space-between;gap:8px;padding:0;border:0;text-align:right;white-space:normal}
    .stack td::before{content:attr(data-l);color:var(--soft);text-align:left;white-space:nowrap}.stack td.name,.stack td.wide{grid-column:1/-1}
    .stack td.long{grid-column:span 2}.stack td.name::before{content:none}
    .stack td.name{display:block;text-align:left;font-weight:600}.stack td.wide{display:block;text-align:left}
    .stack .meter{width:44px;margin-right:6px}}
    @media (max-width:860px){.figures.small{grid-template-columns:repeat(3,minmax(0,1fr))}.two{grid-template-columns:minmax(0,1fr)}
    .plot .odd{display:none}}
    @media (max-width:620px){main{padding:22px 12px 40px}h1{font-size:21px}.card{padding:14px 14px 16px;border-radius:8px}
    .figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}.figures dd{font-size:17px}
    .figures.small{grid-template-columns:repeat(2,minmax(0,1fr))}
    .plot{height:200px;font-size:10.5px;margin-left:calc(var(--y)*1ch + 8px);margin-right:8px}.plot.drawdown,.plot.exposure{height:100px}.plot.price{height:240px}
    .plot .y{margin-right:6px}.symbols path{transform:scale(.75)}td{padding:5px 7px}th button,th span{padding:7px}
    .stack{font-size:12.5px}.stack tr{grid-template-columns:repeat(2,minmax(0,1fr));gap:3px 14px}td.wrap{white-space:normal}
    .pairs{grid-template-columns:minmax(0,1fr);gap:0}.pairs dd{margin-bottom:8px}}
    @media print{body{background:#fff}.card{break-inside:avoid}.scroll{max-height:none;overflow:visible}}
    """
}
