#include "cli/graph_svg.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace isolane::cli {
namespace {

// In pixels; of a monospaced font of 12.
constexpr int kRow = 18;
constexpr int kPadding = 12;
constexpr int kGapX = 110;
constexpr int kGapY = 28;
constexpr int kMargin = 24;
constexpr int kCharacter = 8;  // a little more than it takes

constexpr char kStyle[] =
    R"(text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1c2733}
.page{fill:#fff}.box{fill:#f4f7fa;stroke:#8296a8}.public{stroke:#1a7f37;stroke-width:2}
.unknown{stroke:#c62828;stroke-dasharray:4;fill:#fff5f5}.name{font-weight:bold}.dim{fill:#6b7c8c}
.bad{fill:#c62828}.link{fill:none;stroke:#3a6ea5;stroke-width:1.5}.tail{stroke-dasharray:3}
.broken{stroke:#c62828;stroke-dasharray:5}.head{fill:#3a6ea5}.broken-head{fill:#c62828}
@media(prefers-color-scheme:dark){text{fill:#e3eaf1}.page{fill:#14191f}.box{fill:#1e262e}
.unknown{fill:#2c1a1c}.dim{fill:#8fa1b1}.bad{fill:#ff8a80}}
)";

struct Row {
  std::string text;
  const char* style;
};

struct Box {
  size_t column = 0;
  int x = 0;
  int y = 0;
  int width = 0;
  std::vector<Row> rows;
  std::vector<int> link_rows;        // as GraphNode::links
  std::vector<int> entrypoint_rows;  // as GraphNode::entrypoints

  int height() const { return static_cast<int>(rows.size()) * kRow + kPadding; }
  int RowY(int row) const { return y + kPadding / 2 + row * kRow + kRow / 2; }
};

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

// The distance of each node from the public one; what it does not reach begins anew.
std::vector<size_t> ColumnsOf(const ServiceGraph& graph) {
  std::vector<std::optional<size_t>> columns(graph.nodes.size());
  for (size_t root = 0; root < columns.size(); root++) {
    if (columns[root] || graph.nodes[root].unknown || graph.nodes[root].elsewhere) continue;
    columns[root] = 0;
    std::deque<size_t> next = {root};
    while (!next.empty()) {
      const size_t node = next.front();
      next.pop_front();
      for (const GraphLink& link : graph.nodes[node].links) {
        if (columns[link.target]) continue;
        columns[link.target] = *columns[node] + 1;
        next.push_back(link.target);
      }
    }
  }
  std::vector<size_t> out;
  for (const auto& column : columns) out.push_back(column.value_or(0));
  return out;
}

Box MakeBox(const GraphNode& node, size_t column) {
  Box box;
  box.column = column;
  const auto add = [&box](std::string text, const char* style) {
    box.width = std::max(box.width, static_cast<int>(DisplayWidth(text)) * kCharacter);
    box.rows.push_back({std::move(text), style});
    return static_cast<int>(box.rows.size()) - 1;
  };
  add(node.name + (node.is_public ? "  (public)" : ""), "name");
  if (node.unknown) {
    add("no such Worker", "bad");
  } else if (node.elsewhere) {
    add("in another process", "dim");
  } else if (!node.config.empty()) {
    add(node.config, "dim");
  }
  for (const GraphEntrypoint& one : node.entrypoints) {
    std::string text = "\u25b8 " + one.name;
    if (!one.kind.empty() && one.name != "default") text += "  " + one.kind;
    const bool missing = one.missing && !node.unknown;
    box.entrypoint_rows.push_back(
        add(text + (missing ? "  not exported" : ""), one.missing ? "bad" : ""));
  }
  for (const GraphLink& link : node.links) {
    box.link_rows.push_back(
        add((link.kind == LinkKind::kTail ? "" : "env.") + link.binding + " \u2192",
            link.problem.empty() ? "" : "bad"));
  }
  for (const GraphValue& value : node.values) {
    add("env." + value.binding + "  " + value.resource + (value.supported ? "" : ", not supported"),
        "dim");
  }
  for (const std::string& cron : node.crons) add("cron  " + cron, "dim");
  box.width += 2 * kPadding;
  return box;
}

std::vector<Box> Arrange(const ServiceGraph& graph, int* width, int* height) {
  const std::vector<size_t> columns = ColumnsOf(graph);
  std::vector<Box> boxes;
  size_t last = 0;
  for (size_t i = 0; i < graph.nodes.size(); i++) {
    boxes.push_back(MakeBox(graph.nodes[i], columns[i]));
    last = std::max(last, columns[i]);
  }
  int x = kMargin;
  *height = 0;
  for (size_t column = 0; column <= last; column++) {
    int widest = 0;
    int y = kMargin;
    for (Box& box : boxes) {
      if (box.column != column) continue;
      box.x = x;
      box.y = y;
      y += box.height() + kGapY;
      widest = std::max(widest, box.width);
    }
    for (Box& box : boxes) {
      if (box.column == column) box.width = widest;
    }
    *height = std::max(*height, y);
    x += widest + kGapX;
  }
  *width = x - kGapX + kMargin;
  return boxes;
}

std::string Number(int value) { return std::to_string(value); }

std::string Arrow(const Box& from, int from_row, const Box& to, int to_row, const GraphLink& link) {
  const int x1 = from.x + from.width;
  const int y1 = from.RowY(from_row);
  const int y2 = to.RowY(to_row);
  // To the right straight on; back, or within a column, around the right side.
  const bool forward = to.column > from.column;
  const int x2 = forward ? to.x : to.x + to.width;
  const int bend = forward ? std::max(40, (x2 - x1) / 2) : kGapX * 2 / 3;
  const int out = forward ? x1 + bend : std::max(x1, x2) + bend;
  const int in = forward ? x2 - bend : std::max(x1, x2) + bend;
  std::string style = "link";
  if (link.kind == LinkKind::kTail) style += " tail";
  if (!link.problem.empty()) style += " broken";
  return "<path class=\"" + style + "\" marker-end=\"url(#" +
         (link.problem.empty() ? "head" : "broken-head") + ")\" d=\"M" + Number(x1) + " " +
         Number(y1) + "C" + Number(out) + " " + Number(y1) + " " + Number(in) + " " + Number(y2) +
         " " + Number(x2) + " " + Number(y2) + "\"/>\n";
}

std::string Marker(const char* name) {
  return std::string("<marker id=\"") + name +
         "\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
         "orient=\"auto\"><path class=\"" +
         name + "\" d=\"M0 0L8 4L0 8z\"/></marker>";
}

}  // namespace

std::string GraphAsSvg(const ServiceGraph& graph) {
  int width = 0;
  int height = 0;
  const std::vector<Box> boxes = Arrange(graph, &width, &height);
  // Arrows that go around the last column need room.
  width += kGapX;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + Number(width) +
                    "\" height=\"" + Number(height) + "\" viewBox=\"0 0 " + Number(width) + " " +
                    Number(height) + "\">\n<style>" + kStyle + "</style>\n<defs>" + Marker("head") +
                    Marker("broken-head") +
                    "</defs>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n";
  for (size_t i = 0; i < boxes.size(); i++) {
    const Box& box = boxes[i];
    const GraphNode& node = graph.nodes[i];
    out += "<g><rect class=\"box";
    if (node.is_public) out += " public";
    if (node.unknown) out += " unknown";
    out += "\" x=\"" + Number(box.x) + "\" y=\"" + Number(box.y) + "\" width=\"" +
           Number(box.width) + "\" height=\"" + Number(box.height()) + "\" rx=\"6\"/>\n";
    for (size_t row = 0; row < box.rows.size(); row++) {
      const std::string style = box.rows[row].style;
      out += "<text" + (style.empty() ? "" : " class=\"" + style + "\"") + " x=\"" +
             Number(box.x + kPadding) + "\" y=\"" + Number(box.RowY(static_cast<int>(row)) + 4) +
             "\">" + Escaped(box.rows[row].text) + "</text>\n";
    }
    out += "</g>\n";
  }
  for (size_t i = 0; i < boxes.size(); i++) {
    const GraphNode& node = graph.nodes[i];
    for (size_t j = 0; j < node.links.size(); j++) {
      const GraphLink& link = node.links[j];
      const GraphNode& target = graph.nodes[link.target];
      int row = 0;
      for (size_t k = 0; k < target.entrypoints.size(); k++) {
        if (target.entrypoints[k].name == link.entrypoint) {
          row = boxes[link.target].entrypoint_rows[k];
        }
      }
      out += Arrow(boxes[i], boxes[i].link_rows[j], boxes[link.target], row, link);
    }
  }
  return out + "</svg>\n";
}

}  // namespace isolane::cli
