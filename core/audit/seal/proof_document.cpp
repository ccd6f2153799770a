#include "audit/seal/proof_document.hpp"

#include <utility>

#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

using Told = std::expected<std::string, std::string>;

constexpr std::size_t longest_line = 131'072;
constexpr int format_version = 1;
constexpr const char* inclusion_member = "vneid_audit_proof";
constexpr const char* consistency_member = "vneid_audit_consistency";

json_t* json_of(const Path& path) {
  json_t* array = json_array();
  for (const Hash& hash : path) {
    json_array_append_new(array, json_string(crypto::base64_encode(hash).c_str()));
  }
  return array;
}

std::optional<Path> path_of(const json_t* array) {
  if (!json_is_array(array)) return std::nullopt;
  Path path;
  for (std::size_t i = 0; i < json_array_size(array); ++i) {
    auto hash = crypto::base64_decode(text::json_text(json_array_get(array, i)).value_or(""));
    if (!hash || hash->size() != hash_size) return std::nullopt;
    path.push_back(*std::move(hash));
  }
  return path;
}

bool is_of(const json_t* object, const char* member) {
  return json_integer_value(json_object_get(object, member)) == format_version;
}

std::string named(const Head& head) {
  return "head " + std::to_string(head.number) + " (" + std::to_string(head.size) +
         " events, signed " + instant_text(head.at) + ")";
}

std::expected<Head, std::string> signed_head(const json_t* object, const char* member,
                                             const crypto::VerifyingKeys& keys) {
  auto head = head_of_json(json_object_get(object, member));
  if (!head) return std::unexpected(std::string{"\""} + member + "\" " + head.error());
  if (const auto fits = check_signature(*head, keys); !fits) {
    return std::unexpected("head " + std::to_string(head->number) + " " + fits.error());
  }
  return head;
}

Told check_inclusion(const json_t* object, const crypto::VerifyingKeys& keys) {
  const auto event = StoredEvent::of_json(json_object_get(object, "event"));
  if (!event) return std::unexpected(event.error());
  const std::string name = "event " + std::to_string(event->id());
  const auto head = signed_head(object, "head", keys);
  if (!head) return std::unexpected(name + ": " + head.error());
  const json_t* position = json_object_get(object, "position");
  const auto path = path_of(json_object_get(object, "path"));
  if (!path || !json_is_integer(position) || json_integer_value(position) < 0) {
    return std::unexpected(name + ": has no readable proof");
  }
  const auto place = static_cast<std::uint64_t>(json_integer_value(position));
  if (!includes(leaf_hash(event->canonical()), place, head->size, *path, head->root)) {
    return std::unexpected(name + ": is not in the tree of " + named(*head) + " as it stands here");
  }
  return name + " of " + instant_text(event->at()) + " is in the tree of " + named(*head);
}

Told check_consistency(const json_t* object, const crypto::VerifyingKeys& keys) {
  const auto first = signed_head(object, "first", keys);
  if (!first) return std::unexpected(first.error());
  const auto second = signed_head(object, "second", keys);
  if (!second) return std::unexpected(second.error());
  const auto path = path_of(json_object_get(object, "path"));
  if (!path || !consistent(first->size, first->root, second->size, second->root, *path)) {
    return std::unexpected(named(*second) + " does not go on from " + named(*first));
  }
  return named(*second) + " goes on from " + named(*first);
}

}  // namespace

std::string InclusionProof::to_line() const {
  const text::Json object{json_object()};
  json_object_set_new(object.get(), inclusion_member, json_integer(format_version));
  json_object_set(object.get(), "event", event.to_json().get());
  json_object_set_new(object.get(), "position", json_integer(static_cast<json_int_t>(position)));
  json_object_set_new(object.get(), "path", json_of(path));
  json_object_set(object.get(), "head", head.to_json().get());
  return text::json_dump(object.get());
}

std::string ConsistencyProof::to_line() const {
  const text::Json object{json_object()};
  json_object_set_new(object.get(), consistency_member, json_integer(format_version));
  json_object_set(object.get(), "first", first.to_json().get());
  json_object_set(object.get(), "second", second.to_json().get());
  json_object_set_new(object.get(), "path", json_of(path));
  return text::json_dump(object.get());
}

Told check_proof(std::string_view line, const crypto::VerifyingKeys& keys) {
  const auto object = text::parse_json_object(line, longest_line);
  if (!object) return std::unexpected(object.error());
  if (is_of(object->get(), inclusion_member)) return check_inclusion(object->get(), keys);
  if (is_of(object->get(), consistency_member)) return check_consistency(object->get(), keys);
  return std::unexpected("is no proof of the audit trail");
}

}  // namespace vneid::audit
