/// The look of the backtest's report: system fonts, two colour schemes, one column.
enum TrainingPageStyle {
  static let text = """
    :root{color-scheme:light dark;--page:#f6f6f4;--card:#fff;--ink:#1c2126;--soft:#5f6b76;--rule:#e3e4e2;--line:#2b6a8c;--second:#7a5aa6;--up:#23795a;--down:#b3473c}
    @media (prefers-color-scheme:dark){:root{--page:#121517;--card:#1a1e21;--ink:#e4e7e9;--soft:#98a2ab;--rule:#2d3338;--line:#6fb3d6;--second:#b79ae0;--up:#5cbf95;--down:#e0857a}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
    main{max-width:900px;margin:0 auto;padding:36px 24px 56px}
    h1{margin:0;font-size:26px;line-height:1.25;font-weight:650}h2{margin:0 0 6px;font-size:16px;font-weight:650}h3{margin:18px 0 6px;font-size:13px;color:var(--soft)}
    p{margin:0}.sub,.note,.axis{color:var(--soft);font-size:13px}.axis{text-align:center}.note{margin-bottom:8px}
    .finding{margin-top:16px;padding:12px 16px;border:1px solid var(--rule);border-radius:8px;background:var(--card);font-weight:600}
    .finding.up{border-color:var(--up);color:var(--up)}.finding.down{border-color:var(--down);color:var(--down)}
    .card{margin-top:18px;padding:18px 20px 20px;background:var(--card);border:1px solid var(--rule);border-radius:10px;overflow-x:auto}
    .figures{display:grid;margin:0 0 12px;grid-template-columns:repeat(4,minmax(0,1fr));gap:18px 22px}
    .figures dt{color:var(--soft);font-size:13px}.figures dd{margin:1px 0 0;font-size:20px;font-weight:600}
    .figures small{display:block;font-size:12.5px;font-weight:400;color:var(--soft)}
    .plot{display:block;width:100%;height:auto;font-size:11px}
    .plot text{fill:var(--soft)}.plot .y{text-anchor:end}.plot .x{text-anchor:middle}
    .plot .grid{stroke:var(--rule)}.plot .level{fill:none;stroke:var(--soft);stroke-dasharray:3 4}
    .plot .main{fill:none;stroke:var(--line);stroke-width:1.6}.plot .second{fill:none;stroke:var(--second);stroke-width:1.3}.plot .mainfill{fill:var(--line)}
    .k.main{color:var(--line)}.k.second{color:var(--second)}
    table{border-collapse:collapse;font-size:13px;width:100%}th,td{padding:4px 10px 4px 0;text-align:right;border-top:1px solid var(--rule);font-weight:400}
    th{color:var(--soft)}.name,.text{text-align:left}.name{width:210px}td.text{overflow-wrap:anywhere}
    .meter{display:inline-block;width:240px;height:8px;margin-right:10px;border-radius:4px;background:var(--rule);overflow:hidden}.meter i{display:block;height:100%;background:var(--line)}
    footer{margin-top:22px;color:var(--soft);font-size:12.5px}
    @media (max-width:700px){.figures{grid-template-columns:repeat(2,minmax(0,1fr))}.meter{width:120px}.name{width:120px}}
    """
}
