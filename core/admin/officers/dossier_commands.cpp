#include <chrono>
#include <iostream>
#include <vector>

#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/officers/commands.hpp"
#include "link/officer/looking.hpp"
#include "text/date.hpp"
#include "vault/reuse.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{10};

/// Under the reference of the reuse, by which the trail names the dossier's paper too.
audit::Event look_at(const vault::PaperUsed& paper, Wall now) {
  audit::Event event;
  event.at = now;
  event.name = "dossier.viewed";
  event.reason = "record_" + std::to_string(paper.record_id);
  event.origin.request_id = paper.reference;
  event.account_id = paper.account_id;
  return event;
}

}  // namespace

Exit dossier_papers(const Options& options) {
  const std::string officer = current_officer();
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const auto papers =
      loop.run(vault::papers_of_dossier(pool, PortalName{options.portal}, options.operand));
  std::vector<audit::Event> looks;
  looks.reserve(papers.size());
  for (const vault::PaperUsed& paper : papers) looks.push_back(look_at(paper, loop.wall_now()));
  loop.run(link::record_looks(pool, officer, std::move(looks)));
  for (const vault::PaperUsed& paper : papers) {
    std::cout << "record " << paper.record_id << " of person " << paper.person_id.value()
              << " through account " << paper.account_id.value() << ", " << text::rfc3339(paper.at)
              << ", reference " << paper.reference;
    if (!paper.procedure_code.empty()) std::cout << ", procedure " << paper.procedure_code;
    std::cout << "\n  sha256 " << paper.sha256 << '\n';
  }
  std::cout << papers.size() << " papers of the vault serve in it\n";
  return exit_ok;
}

}  // namespace vneid::admin
