#include <array>
#include <cctype>

#include "pages/page_values.hpp"
#include "pages/string_ids.hpp"
#include "text/local_path.hpp"

namespace vneid::pages {

namespace {

using List = kainjow::mustache::list;

/// "1,2 MB" in Vietnamese, "1.2 MB" in English; decimal units.
std::string size_text(std::int64_t bytes, const StringTable& strings, Language language) {
  if (bytes < 1000) return strings.text("file.bytes", {{"size", std::to_string(bytes)}});
  if (bytes < 1'000'000) {
    return strings.text("file.kilobytes", {{"size", std::to_string((bytes + 500) / 1000)}});
  }
  const std::int64_t tenths = bytes / 100'000;
  const std::string size = std::to_string(tenths / 10) + (language == Language::vi ? "," : ".") +
                           std::to_string(tenths % 10);
  return strings.text("file.megabytes", {{"size", size}});
}

/// What people call a media type: the subtype in capitals when it is a plain word.
std::string media_text(std::string_view media_type) {
  const auto slash = media_type.find('/');
  if (slash == std::string_view::npos) return std::string(media_type);
  std::string name(media_type.substr(slash + 1));
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) return std::string(media_type);
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

List file_values(const VaultRecord& record, const StringTable& strings, Language language) {
  List list;
  for (const VaultFile& file : record.files) {
    std::string detail = media_text(file.media_type);
    if (!detail.empty()) detail += ", ";
    detail += size_text(file.bytes, strings, language);
    Values item;
    item.set("file_name", file.name);
    item.set("file_href", href_or_false(file.href));
    item.set("file_detail", detail);
    list.push_back(item);
  }
  return list;
}

List badge_values(const VaultRecord& record, const StringTable& strings) {
  List list;
  const auto add = [&](bool shown, std::string_view id) {
    if (!shown) return;
    Values item;
    item.set("text", std::string(strings.text(id)));
    list.push_back(item);
  };
  add(record.expired, "vault.expired");
  add(record.replaced, "vault.replaced");
  return list;
}

std::string origin_text(const VaultRecord& record, const StringTable& strings) {
  if (record.origin_masked.empty()) return record.carried_on;
  if (record.carried_on.empty()) return record.origin_masked;
  return strings.text("vault.carried.from",
                      {{"account", record.origin_masked}, {"date", record.carried_on}});
}

List field_values(const VaultRecord& record, const StringTable& strings) {
  List list;
  const auto add = [&](std::string_view id, const std::string& value) {
    if (value.empty()) return;
    Values item;
    item.set("label", std::string(strings.text(id)));
    item.set("value", value);
    list.push_back(item);
  };
  const auto add_text = [&](std::string_view id, const std::string& value_id) {
    add(id, std::string(strings.text(value_id)));
  };
  add("field.number", record.number);
  add("field.summary", record.summary);
  add("field.issuer", record.issuer);
  add("field.signer", record.signer);
  add("field.issued_on", record.issued_on);
  if (record.perpetual) {
    add_text("field.valid_until", "vault.perpetual");
  } else {
    add("field.valid_until", record.valid_until);
  }
  add("field.scope", record.scope);
  add("field.doc_type", record.doc_type_code);
  add("field.procedure", record.procedure_code);
  add("field.field", record.field_code);
  add("field.dossier", record.dossier_code);
  add("field.owner", record.owner_masked);
  if (record.source) add_text("field.source", string_id(*record.source));
  if (const int trust = record.trust.value_or(-1); trust >= 0 && trust <= 3) {
    add_text("field.trust", trust_id(trust));
  }
  if (record.signature) add_text("field.signature", string_id(*record.signature));
  add("field.origin", origin_text(record, strings));
  if (record.version > 1) add("field.version", std::to_string(record.version));
  if (record.reuse_count > 0) {
    add("field.reuse",
        strings.text("vault.reused", {{"count", std::to_string(record.reuse_count)}}));
  }
  return list;
}

Values record_values(const VaultRecord& record, const StringTable& strings, Language language) {
  Values values;
  values.set("record_title",
             record.title.empty() ? std::string(strings.text("vault.untitled")) : record.title);
  values.set("kind", std::string(strings.text(short_id(record.kind))));
  const List badges = badge_values(record, strings);
  values.set("badges", badges);
  values.set("has_badges", !badges.empty());
  values.set("issued_on", text_or_false(record.issued_on));
  values.set("fields", field_values(record, strings));
  const List files = file_values(record, strings, language);
  values.set("files", files);
  values.set("has_files", !files.empty());
  return values;
}

}  // namespace

Values values_of(const VaultPage& page, const StringTable& strings, Language language) {
  Values values;
  values.set("title", std::string(strings.text(title_id(page.view))));
  values.set("legacy", page.view == VaultPage::View::legacy);
  List records;
  for (const VaultRecord& record : page.records) {
    records.push_back(record_values(record, strings, language));
  }
  const auto shown = static_cast<std::int64_t>(page.records.size());
  const bool filtered = !page.query.empty() || page.kind.has_value();
  values.set("records", records);
  values.set("has_records", !records.empty());
  values.set("can_search", filtered || !records.empty());
  values.set("filtered", filtered);
  values.set("query", page.query);
  values.set("is_information", page.kind == RecordKind::information);
  values.set("is_paper", page.kind == RecordKind::paper);
  values.set("is_result", page.kind == RecordKind::result);
  values.set("total", std::to_string(page.total > shown ? page.total : shown));
  values.set("previous_href", href_or_false(page.previous_href));
  values.set("next_href", href_or_false(page.next_href));
  values.set("has_pages",
             text::is_safe_href(page.previous_href) || text::is_safe_href(page.next_href));
  values.set("show_nav", true);
  values.set("nav_vault", true);
  values.set("sign_out", !page.csrf.empty());
  values.set("sign_out_csrf", page.csrf);
  return values;
}

}  // namespace vneid::pages
