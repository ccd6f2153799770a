#include "session/withheld_answer.hpp"

#include "session/json.hpp"

namespace vneid {

std::string serialize(const WithheldAnswer& answer) {
  json::Value headers{json_array()};
  for (const auto& [name, value] : answer.headers) {
    json_array_append_new(headers.get(), json::bytes_value(name).release());
    json_array_append_new(headers.get(), json::bytes_value(value).release());
  }
  json::Writer writer;
  writer.integer("status", answer.status)
      .array("headers", std::move(headers))
      .bytes("body", answer.body);
  return writer.str();
}

std::optional<WithheldAnswer> parse_withheld_answer(std::string_view text) {
  json::Reader reader{text};
  WithheldAnswer answer;
  answer.status = static_cast<int>(reader.integer("status"));
  answer.body = reader.bytes("body");
  const json_t* headers = reader.array("headers");
  if (!reader.good() || json_array_size(headers) % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < json_array_size(headers); i += 2) {
    auto name = json::bytes_of(json_array_get(headers, i));
    auto value = json::bytes_of(json_array_get(headers, i + 1));
    if (!name || !value) return std::nullopt;
    answer.headers.emplace_back(std::move(*name), std::move(*value));
  }
  return answer;
}

}  // namespace vneid
