// What links.py runs: makes accounts, and links them through the core's own transaction.
//
// - link_bench keys: a new key ring
// - link_bench seed KEYS FIRST COUNT RECORDS: SQL for psql, as a superuser
// - link_bench run KEYS CONNINFO FIRST COUNT AT_ONCE STRIDE: links that many accounts, every
//   STRIDE'th; prints the seconds, and how many links they are for
//
// The account of number N has the id N, a verified number made of N, and its records and files.
// Seeding is of this tree; running compiles with older trees too, to compare with them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#if __has_include("net/postgres/client.hpp")
#include "net/postgres/client.hpp"
#define VNEID_BENCH_SEEDS 1
#else
#include "net/postgres.hpp"
#endif
#include "async/epoll_loop.hpp"
#include "async/scope.hpp"
#include "crypto/digest.hpp"
#include "link/link_transaction.hpp"
#include "link/stored_values.hpp"

namespace {

using namespace vneid;
using Number = long long;

constexpr int this_year = 2026;
const std::string full_name = "Lê Minh Mẫu";

crypto::KeyRing read_keys(const std::string& file) {
  std::ifstream stream(file);
  const std::string text(std::istreambuf_iterator<char>{stream}, {});
  auto keys = crypto::KeyRing::parse(text);
  if (!keys) throw std::runtime_error(keys.error());
  return *std::move(keys);
}

identity::CitizenNumber citizen_of(Number n) {
  constexpr Number in_a_year = 1'000'000;
  char digits[16];
  std::snprintf(digits, sizeof digits, "0010%02lld%06lld", 50 + n / in_a_year, n % in_a_year);
  return identity::CitizenNumber::parse(digits, this_year).value();
}

identity::BirthDate born(Number n) {
  return identity::BirthDate::parse("15/08/19" + citizen_of(n).digits().substr(4, 2), this_year)
      .value();
}

#ifdef VNEID_BENCH_SEEDS
std::string bytea(const std::string& bytes) { return "\\\\x" + crypto::hex(bytes); }

/// Rows of one table in COPY's text form.
class Rows {
 public:
  explicit Rows(const char* table) { text_ = std::string("copy ") + table + " from stdin;\n"; }
  Rows& row(std::initializer_list<std::string> values) {
    const char* between = "";
    for (const std::string& value : values) {
      text_ += between + value;
      between = "\t";
    }
    text_ += '\n';
    return *this;
  }
  void print() const {
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    std::fputs("\\.\n", stdout);
  }

 private:
  std::string text_;
};

/// Without triggers: whatever they would do is written here.
void seed(const crypto::KeyRing& keys, Number first, Number count, Number records) {
  Rows accounts("account (id, portal, account_key, account_name_sealed, created_at)");
  Rows fields(
      "identity_field (account_id, field, value_sealed, value_key, status, source, verified_at)");
  Rows changes("identity_field_change (account_id, field, new_status, new_source, reason)");
  Rows vaults("vault (id, account_id)");
  Rows files("file (sha256, bytes_sealed, size)");
  Rows papers(
      "record (id, vault_id, portal_record, kind, doc_type_code, title, number, summary,"
      " issuer_code, issuer_name, signer, issued_on, perpetual, procedure_code, owner_key, source,"
      " trust, signature_status)");
  Rows enclosed("record_file (record_id, name, sha256, mime)");
  const std::string since = "2026-01-01";
  for (Number n = first; n < first + count; ++n) {
    const std::string id = std::to_string(n);
    const std::string name = "congdan-" + id;
    const std::string key = link::account_key(keys, PortalName{"portal"}, name);
    const auto citizen = citizen_of(n);
    const std::string owner = bytea(link::citizen_key(keys, citizen));
    accounts.row(
        {id, "portal", bytea(key), bytea(link::seal_account_name(keys, key, name)), since});
    const auto field = [&](identity::Field which, const std::string& value, const std::string& by) {
      const std::string is{identity::to_text(which)};
      fields.row({id, is, bytea(link::seal_field(keys, key, which, value)), by, "verified", "CSDL",
                  since});
      changes.row({id, is, "verified", "CSDL", "import"});
    };
    field(identity::Field::name, full_name, "\\N");
    field(identity::Field::citizen_id, citizen.digits(), owner);
    field(identity::Field::birth_date, born(n).to_text(), "\\N");
    vaults.row({id, id});
    for (Number i = 0; i < records; ++i) {
      const std::string record = std::to_string((n - 1) * records + i + 1);
      const std::string hash = bytea(crypto::sha256("file " + record));
      files.row({hash, bytea(std::string(100, 'x')), "72"});
      papers.row({record, id, "hs-" + record, "paper", "T" + std::to_string(i % 7),
                  "Giấy chứng nhận mẫu số " + std::to_string(i), std::to_string(1000 + i) + "/GCN",
                  "Bản điện tử của giấy tờ đã cấp", "UBND-001", "Ủy ban nhân dân xã Mẫu",
                  "Nguyễn Văn Ký", "2020-05-17", "f", "1.004222", owner, "dossier_result", "2",
                  "valid"});
      enclosed.row({record, "giay-to.pdf", hash, "application/pdf"});
    }
  }
  std::puts("set session_replication_role = replica;");
  for (const Rows* each : {&accounts, &fields, &changes, &vaults, &files, &papers, &enclosed}) {
    each->print();
  }
}
#endif

link::LinkRequest request_of(Number n) {
  link::LinkRequest request;
  request.account_id = decltype(request.account_id){n};
  request.login_proven = true;
  request.identity.kind = identity::AccountKind::personal;
  request.identity.level = 2;
  request.identity.number = citizen_of(n);
  request.identity.name = identity::NameKeys::make(full_name).value();
  request.identity.birth_date = born(n);
  request.full_name = full_name;
  request.provider = "bca";
  request.issuer = "https://sso.example.gov.vn";
  request.subject = "subject-" + std::to_string(n);
  request.origin.request_id = "0123456789abcdef0123456789abcdef";
  request.origin.ip = "192.0.2.7";
  request.origin.port = 40000;
  request.origin.user_agent_hash = std::string(32, 'u');
  request.origin.session_hash = std::string(32, 's');
  request.notice_version = "v1";
  return request;
}

/// One of those that link at once: takes the next number until there is none.
Task<bool> keep_linking(EventLoop& loop, link::Linker& linker, Number& next, Number end,
                        Number stride) {
  while (next < end) {
    const Number n = std::exchange(next, next + stride);
    link::LinkRequest request = request_of(n);
    request.now = loop.wall_now();
    const link::LinkOutcome outcome = co_await linker.link(std::move(request));
    const auto* made = std::get_if<link::Linked>(&outcome);
    if (made == nullptr || made->repeated || made->transfer.moved_total() == 0) {
      throw std::runtime_error("account " + std::to_string(n) + " was not linked");
    }
  }
  co_return true;
}

/// As the module does it, in trees that know of it.
template <class Settings>
void set_for_worker(Settings& settings) {
  if constexpr (requires { settings.only_lookups; }) settings.only_lookups = true;
}

void run(const std::shared_ptr<const crypto::KeyRing>& keys, const std::string& conninfo,
         Number first, Number count, unsigned at_once, Number stride) {
  EpollLoop loop;
  postgres::Settings settings;
  settings.conninfo = conninfo;
  settings.connections = at_once;
  settings.timeout = std::chrono::milliseconds{20'000};
  set_for_worker(settings);
  postgres::Pool pool{loop, settings};
  link::Linker linker{pool, keys};
  const auto link_all = [&](Number from, Number to) {
    Scope scope{loop};
    Number next = from;
    std::vector<Joined<bool>> workers;
    for (unsigned i = 0; i < at_once; ++i) {
      workers.push_back(scope.start(keep_linking(loop, linker, next, to, stride)));
    }
    for (auto& worker : workers) {
      loop.run([](Joined<bool> joined) -> Task<bool> { co_return co_await joined; }(worker));
    }
  };
  // The first of each connection prepare statements and plans.
  const Number warm = std::min<Number>(count / 4, 10LL * at_once);
  link_all(first, first + warm * stride);
  const auto begun = std::chrono::steady_clock::now();
  link_all(first + warm * stride, first + count * stride);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
  std::printf("%.6f %lld\n", spent.count(), count - warm);
}

int bench(std::span<char*> words) {
  const auto number = [&](std::size_t at) { return std::stoll(words[at]); };
  const std::string verb = words.size() > 1 ? words[1] : "";
  if (verb == "keys") {
    using namespace std::chrono_literals;
    std::fputs(crypto::KeyRing::generate_text(2026y / 11 / 23).c_str(), stdout);
    return 0;
  }
#ifdef VNEID_BENCH_SEEDS
  if (verb == "seed" && words.size() == 6) {
    seed(read_keys(words[2]), number(3), number(4), number(5));
    return 0;
  }
#endif
  if (verb == "run" && words.size() == 8) {
    run(std::make_shared<const crypto::KeyRing>(read_keys(words[2])), words[3], number(4),
        number(5), static_cast<unsigned>(number(6)), number(7));
    return 0;
  }
  std::fputs("see the head of link_bench.cpp\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
