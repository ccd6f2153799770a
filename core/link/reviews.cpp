#include "link/reviews.hpp"

#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement upsert_review{
    "review_open",
    "insert into link_review (reference, account_id, provider, issuer, subject_key, citizen_key,"
    " account_masked, citizen_masked, sides_sealed, reasons, created_at)"
    " values ($1, $2::bigint, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " on conflict (account_id, issuer, subject_key) where state = 'open' do update set"
    " citizen_key = excluded.citizen_key, account_masked = excluded.account_masked,"
    " citizen_masked = excluded.citizen_masked, sides_sealed = excluded.sides_sealed,"
    " reasons = excluded.reasons returning reference"};

// Crockford's base 32: neither I, L, O nor U.
constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t reference_letters = 8;

std::string new_reference() {
  const std::string bytes = crypto::random_bytes(reference_letters);
  std::string reference;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == reference_letters / 2) reference += '-';
    reference += letters[static_cast<unsigned char>(bytes[i]) % letters.size()];
  }
  return reference;
}

}  // namespace

Task<std::string> open_review(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                              ReviewCase review) {
  const std::string associated =
      std::to_string(review.account_id) + ":" + crypto::hex(review.subject_key);
  Params params;
  params.text(new_reference())
      .integer(review.account_id)
      .text(review.provider)
      .text(review.issuer)
      .bytes(review.subject_key)
      .bytes(review.citizen_key)
      .text(review.account_masked)
      .text(review.citizen_masked)
      .bytes(keys.seal("link_review", associated, review.sides))
      .text_array(review.reasons)
      .instant(review.at);
  const Result rows = co_await transaction.query(upsert_review, std::move(params));
  co_return std::string{rows.text(0, 0)};
}

}  // namespace vneid::link
