// What officers read of the queue; ruling.cpp has what they decide.

#include "link/officer/queue.hpp"

#include "link/officer/rows.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement list_reviews{
    "review_list", "select " VNEID_REVIEW_COLUMNS
                   " from review r where ($1::text is null or r.state = $1::text)"
                   " and ($2::text is null or (r.created_at, r.id) > (select l.created_at, l.id"
                   "   from review l where l.reference = $2::text))"
                   " order by r.created_at, r.id limit $3::bigint"};

constexpr Statement find_review{
    "review_find", "select " VNEID_REVIEW_COLUMNS " from review r where r.reference = $1"};

}  // namespace

Task<std::vector<Review>> ReviewQueue::list(QueuePart part) {
  Params params;
  if (part.state) {
    params.text(to_text(*part.state));
  } else {
    params.null();
  }
  if (part.after.empty()) {
    params.null();
  } else {
    params.text(part.after);
  }
  params.integer(part.most);
  const Result rows = co_await database_.query(list_reviews, std::move(params));
  std::vector<Review> reviews;
  reviews.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) reviews.push_back(read_review(rows, row));
  co_return reviews;
}

Task<std::optional<ReviewFile>> ReviewQueue::find(std::string reference) {
  Params params;
  params.text(reference);
  const Result rows = co_await database_.query(find_review, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  ReviewFile file;
  file.review = read_review(rows, 0);
  file.sides = read_sides(rows, 0, *keys_);
  co_return std::optional<ReviewFile>{std::move(file)};
}

}  // namespace vneid::link
