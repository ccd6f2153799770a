#include "link/links.hpp"

#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

#define VNEID_SELECT_LINKS                                                                 \
  "select l.id, a.id, p.id, a.portal, coalesce(a.sealed_under, a.account_key)::bytea,"     \
  " a.account_name_sealed, p.citizen_key,"                                                 \
  " p.citizen_sealed, l.provider, l.linked_at, cardinality(l.flags) > 0"                   \
  " from link l join account a on a.id = l.account_id join person p on p.id = l.person_id" \
  " where l.state = 'active' and "

constexpr Statement links_of_person{
    "links_of_person", VNEID_SELECT_LINKS "l.person_id = $1::bigint order by l.linked_at, l.id"};
constexpr Statement links_of_account{"links_of_account",
                                     VNEID_SELECT_LINKS "l.account_id = $1::bigint"};
constexpr Statement link_by_id{"link_by_id", VNEID_SELECT_LINKS "l.id = $1::bigint"};

#undef VNEID_SELECT_LINKS

LinkedAccount read_link(const Result& rows, std::size_t row, const crypto::KeyRing& keys) {
  LinkedAccount link;
  link.link_id = LinkId{rows.integer(row, 0)};
  link.account_id = AccountId{rows.integer(row, 1)};
  link.person_id = PersonId{rows.integer(row, 2)};
  link.portal = PortalName{std::string{rows.text(row, 3)}};
  link.account_name = open_account_name(keys, rows.bytes(row, 4), rows.bytes(row, 5));
  link.citizen_number =
      open_person(keys, rows.bytes(row, 6), PersonColumn::citizen, rows.bytes(row, 7));
  link.provider = rows.text(row, 8);
  link.linked_at = rows.instant(row, 9);
  link.flagged = rows.boolean(row, 10);
  return link;
}

std::vector<LinkedAccount> read_links(const Result& rows, const crypto::KeyRing& keys) {
  std::vector<LinkedAccount> links;
  links.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) links.push_back(read_link(rows, row, keys));
  return links;
}

template <class Name>
Params one_id(const Name& id) {
  Params params;
  params.integer(id);
  return params;
}

}  // namespace

Task<std::vector<LinkedAccount>> Links::of_person(PersonId person_id) {
  const Result rows = co_await database_.query(links_of_person, one_id(person_id));
  co_return read_links(rows, *keys_);
}

Task<std::vector<LinkedAccount>> Links::of_account(AccountId account_id) {
  const Result rows = co_await database_.query(links_of_account, one_id(account_id));
  co_return read_links(rows, *keys_);
}

Task<std::optional<LinkedAccount>> Links::find(LinkId link_id) {
  const Result rows = co_await database_.query(link_by_id, one_id(link_id));
  if (rows.empty()) co_return std::nullopt;
  co_return read_link(rows, 0, *keys_);
}

}  // namespace vneid::link
