#include "audit/seal/head.hpp"

#include <utility>

#include "audit/seal/stored_event.hpp"
#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

constexpr std::string_view signed_as = "vneid audit head \1";
constexpr std::size_t longest_line = 4096;

std::string integer(std::uint64_t value) { return integer_bytes(static_cast<std::int64_t>(value)); }

void set_text(json_t* object, const char* name, const std::string& text) {
  json_object_set_new(object, name, json_stringn(text.data(), text.size()));
}

std::optional<std::string> bytes_of(const json_t* object, const char* name, std::size_t size) {
  const auto text = text::json_text(object, name);
  if (!text) return std::nullopt;
  auto bytes = crypto::base64_decode(*text);
  if (!bytes || bytes->size() != size) return std::nullopt;
  return bytes;
}

std::optional<std::uint64_t> count_of(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_integer(value) || json_integer_value(value) < 0) return std::nullopt;
  return static_cast<std::uint64_t>(json_integer_value(value));
}

}  // namespace

std::string Head::signed_bytes() const {
  std::string bytes{signed_as};
  bytes.append(integer(number)).append(integer(size)).append(root).append(integer_bytes(at));
  bytes.append(1, complete ? '\1' : '\0').append(previous).append(marks_hash).append(key_id);
  return bytes;
}

Hash Head::hash() const { return crypto::sha256(signed_bytes()); }

text::Json Head::to_json() const {
  text::Json object{json_object()};
  json_object_set_new(object.get(), "head", json_integer(static_cast<json_int_t>(number)));
  json_object_set_new(object.get(), "size", json_integer(static_cast<json_int_t>(size)));
  set_text(object.get(), "root", crypto::base64_encode(root));
  set_text(object.get(), "at", instant_text(at));
  json_object_set_new(object.get(), "complete", json_boolean(complete));
  set_text(object.get(), "previous", crypto::base64_encode(previous));
  set_text(object.get(), "marks", crypto::base64_encode(marks_hash));
  set_text(object.get(), "key", crypto::base64_encode(key_id));
  set_text(object.get(), "signature", crypto::base64_encode(signature));
  return object;
}

std::expected<Head, std::string> head_of_json(const json_t* object) {
  const auto number = count_of(object, "head");
  const auto size = count_of(object, "size");
  const auto root = bytes_of(object, "root", hash_size);
  const auto at = instant_from_text(text::json_text(object, "at").value_or(""));
  const json_t* complete = json_object_get(object, "complete");
  const auto previous = bytes_of(object, "previous", hash_size);
  const auto marks = bytes_of(object, "marks", hash_size);
  const auto key = bytes_of(object, "key", hash_size);
  const auto signature = bytes_of(object, "signature", crypto::signature_size);
  if (!number || !size || !root || !at || !json_is_boolean(complete) || !previous || !marks ||
      !key || !signature) {
    return std::unexpected("is no head of the audit trail");
  }
  return Head{.number = *number,
              .size = *size,
              .root = *root,
              .at = *at,
              .complete = json_is_true(complete),
              .previous = *previous,
              .marks_hash = *marks,
              .key_id = *key,
              .signature = *signature,
              .peaks = {},
              .marks = {}};
}

std::expected<Head, std::string> head_of_line(std::string_view line) {
  const auto object = text::parse_json_object(line, longest_line);
  if (!object) return std::unexpected(object.error());
  return head_of_json(object->get());
}

std::string_view mark_of(std::string_view leaf) { return leaf.substr(0, mark_size); }

Head sign_head(NewHead what, const crypto::SigningKey& key) {
  Head head{.number = what.last != nullptr ? what.last->number + 1 : 0,
            .size = what.tree.size(),
            .root = what.tree.root(),
            .at = what.at,
            .complete = what.complete,
            .previous = what.last != nullptr ? what.last->hash() : Hash(hash_size, '\0'),
            .marks_hash = crypto::sha256(what.marks),
            .key_id = key.id(),
            .signature = {},
            .peaks = what.tree.peaks(),
            .marks = std::move(what.marks)};
  head.signature = key.sign(head.signed_bytes());
  return head;
}

std::expected<void, std::string> check_signature(const Head& head,
                                                 const crypto::VerifyingKeys& keys) {
  if (!keys.knows(head.key_id)) {
    return std::unexpected("is signed by a key that is not among the public keys given (" +
                           crypto::base64_encode(head.key_id) + ")");
  }
  if (!keys.verify(head.key_id, head.signed_bytes(), head.signature)) {
    return std::unexpected("is forged: its signature does not fit what it says");
  }
  return {};
}

std::expected<void, std::string> HeadChain::take(const Head& head) {
  auto verdict = judge(head);
  if (last_ && last_->key_id != head.key_id) retired_.insert(last_->key_id);
  last_ = head;
  return verdict;
}

std::expected<void, std::string> HeadChain::judge(const Head& head) const {
  if (auto signature = check_signature(head, keys_); !signature) return signature;
  const std::uint64_t expected = last_ ? last_->number + 1 : 0;
  if (head.number != expected) {
    return std::unexpected("does not follow: head " + std::to_string(expected) + " is missing");
  }
  if (head.previous != (last_ ? last_->hash() : Hash(hash_size, '\0'))) {
    return std::unexpected("does not name the head before it as it is");
  }
  if (last_ && (head.size < last_->size || head.at < last_->at)) {
    return std::unexpected("is of a smaller tree or an earlier time than the head before it");
  }
  if (retired_.contains(head.key_id)) {
    return std::unexpected("is signed by a key that another one had followed before");
  }
  return {};
}

}  // namespace vneid::audit
