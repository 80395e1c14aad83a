/// What the page does beyond being read: one crosshair through all charts, and tables sorted by a click. It works without.
enum PageScript {
  static let text = #"""
    (function () {
      "use strict";
      var data = JSON.parse(document.getElementById("series").textContent);
      var plots = Array.prototype.slice.call(document.querySelectorAll(".plot"));
      var tip = document.getElementById("tip");
      function number(value, decimals) {
        return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "\u2212");
      }
      function nearest(offset) {
        var low = 0, high = data.t.length - 1;
        while (low < high) {
          var middle = (low + high) >> 1;
          if (data.t[middle] < offset) { low = middle + 1; } else { high = middle; }
        }
        return low > 0 && offset - data.t[low - 1] < data.t[low] - offset ? low - 1 : low;
      }
      function part(name, text) {
        var element = document.createElement(name);
        element.textContent = text;
        return element;
      }
      function hide() {
        tip.style.display = "none";
        plots.forEach(function (plot) { plot.querySelector(".cursor").style.display = "none"; });
      }
      var shown = -1;
      function show(event) {
        if (data.t.length === 0) { return; }
        var box = event.currentTarget.getBoundingClientRect();
        point(nearest((event.clientX - box.left) / box.width * data.span), event.clientX, event.clientY);
      }
      function step(event) {
        var by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -50, PageUp: 50 }[event.key];
        if (event.key === "Escape") { hide(); }
        if (by === undefined || data.t.length === 0) { return; }
        event.preventDefault();
        var index = shown < 0 ? data.t.length - 1 : Math.min(data.t.length - 1, Math.max(0, shown + by));
        var box = event.currentTarget.getBoundingClientRect();
        point(index, box.left + box.width * data.t[index] / data.span, box.top + box.height / 2);
      }
      function point(index, clientX, clientY) {
        shown = index;
        var left = data.t[index] / data.span * 100;
        plots.forEach(function (plot) {
          var cursor = plot.querySelector(".cursor");
          cursor.style.left = left + "%";
          cursor.style.display = "block";
        });
        var time = new Date(data.start + data.t[index]).toISOString().replace("T", " ").replace("Z", " UTC");
        tip.replaceChildren(
          part("b", time), part("i", "Equity"), part("span", number(data.e[index], data.money) + " " + data.quote),
          part("i", "Drawdown"), part("span", number(0 - data.d[index], data.money) + " " + data.quote),
          part("i", "Exposure"), part("span", number(data.x[index], 2) + " " + data.quote),
          part("i", "Price"), part("span", number(data.p[index], data.price) + " " + data.quote));
        tip.style.display = "grid";
        var x = clientX + 16;
        if (x + tip.offsetWidth > window.innerWidth - 8) { x = clientX - tip.offsetWidth - 16; }
        tip.style.left = Math.max(8, x) + "px";
        tip.style.top = Math.max(8, clientY - tip.offsetHeight - 14) + "px";
      }
      plots.forEach(function (plot) {
        plot.addEventListener("pointermove", show);
        plot.addEventListener("pointerdown", show);
        plot.addEventListener("pointerleave", hide);
        plot.addEventListener("keydown", step);
        plot.addEventListener("blur", hide);
      });
      window.addEventListener("scroll", hide, { passive: true });
      document.querySelectorAll("th button").forEach(function (button) {
        button.addEventListener("click", function () {
          var head = button.parentNode, row = head.parentNode, column = Array.prototype.indexOf.call(row.children, head);
          var descending = head.getAttribute("aria-sort") !== "descending";
          var body = row.parentNode.parentNode.tBodies[0];
          var rows = Array.prototype.slice.call(body.rows);
          function key(tr) {
            var value = tr.cells[column].getAttribute("data-v");
            return value === null ? tr.cells[column].textContent : Number(value);
          }
          rows.sort(function (a, b) {
            var x = key(a), y = key(b);
            return (x < y ? -1 : x > y ? 1 : 0) * (descending ? -1 : 1);
          });
          rows.forEach(function (tr) { body.appendChild(tr); });
          Array.prototype.forEach.call(row.children, function (other) { other.removeAttribute("aria-sort"); });
          head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        });
      });
    })();
    """#
}
