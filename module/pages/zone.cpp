// vneid_zone: memory that all workers share, over every reload.
//
// nginx maps it in the master, before it starts the workers of a configuration. At a reload it
// hands the same memory to the new configuration if name and size are the same, while workers of
// the old one still write to it. After a binary upgrade, and when the module's file was replaced,
// it is fresh.

#include "module/pages/zone.hpp"

#include "module/conf/directive.hpp"
#include "module/loop/process.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

/// See process.cpp: nginx has no other place for what belongs to the process.
std::unique_ptr<Presence> presence;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// Where no directive says otherwise: some 6,800 sessions.
constexpr std::string_view usual_zone = "ngx_http_vneid";
constexpr std::size_t usual_size = std::size_t{4} << 20U;

/// How many entries the session table gets: what is left of nearly half the zone, so that another
/// layout has room beside it, and nginx for its own.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): bytes, and a number
std::size_t table_entries(std::size_t zone_size, std::size_t slots) noexcept {
  const std::size_t share = zone_size / 20 * 9;
  const std::size_t block = metrics::SharedBlock::size_for(slots);
  return share <= block ? 0 : SessionTable::entries_for(share - block);
}

/// What the zone has, or a new one. One of another layout is left to the workers that still use it,
/// and a new one is made beside it. The session table lies behind the block, whose layout speaks
/// for both.
bool use_zone(MainConf& conf, ngx_slab_pool_t* pool, std::size_t zone_size) {
  conf.zone_lock.emplace(pool->mutex);
  const std::size_t slots = metrics::SharedBlock::slots_for(zone_size);
  const std::size_t block_size = metrics::SharedBlock::size_for(slots);
  const std::size_t entries = table_entries(zone_size, slots);
  const auto table_in = [block_size](void* memory) {
    return static_cast<std::byte*>(memory) + block_size;
  };
  if (pool->data != nullptr) conf.block = metrics::SharedBlock::attach(pool->data);
  if (conf.block) {
    if (entries == 0) return true;
    conf.settings->session_table = SessionTable::attach(table_in(pool->data), *conf.zone_lock);
    return true;
  }
  // More than half a page, so it begins at a page: both want 64 bytes.
  void* memory = ngx_slab_calloc(pool, block_size + SessionTable::size_for(entries));
  if (memory == nullptr) return false;
  pool->data = memory;
  conf.block = metrics::SharedBlock::create(memory, slots, wall_clock());
  if (entries == 0) return true;
  conf.settings->session_table = SessionTable::create(table_in(memory), entries, *conf.zone_lock);
  return true;
}

ngx_int_t init_zone(ngx_shm_zone_t* zone, void* /*old_conf*/) noexcept {
  return guard(zone->shm.log, "vneid_zone", ngx_int_t{NGX_ERROR}, [zone]() -> ngx_int_t {
    auto& conf = *static_cast<MainConf*>(zone->data);
    auto* pool = reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
    if (!use_zone(conf, pool, zone->shm.size)) {
      ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                    "vneid: no room left in \"vneid_zone\" \"%V\": make it larger",
                    &zone->shm.name);
      return NGX_ERROR;
    }
    conf.metrics = conf.block->metrics();
    conf.settings->metrics = conf.metrics;
    conf.generation = conf.block->next_generation();
    return NGX_OK;
  });
}

void add_zone(ngx_conf_t* cf, MainConf& conf, std::string_view name, std::size_t size) {
  ngx_str_t zone_name = in_pool(cf->pool, name);
  ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, &zone_name, size, &ngx_http_vneid_module);
  if (zone == nullptr) throw AlreadyReported();
  zone->init = init_zone;
  zone->data = &conf;
}

[[nodiscard]] metrics::KeyStatus status_of(const crypto::KeyRing::KeyInfo& key) {
  metrics::KeyStatus status;
  status.id = metrics::ShortText<40>{key.id};
  if (key.created) status.created = std::chrono::sys_days{*key.created};
  return status;
}

void show_keys(const crypto::KeyRing& ring, metrics::WorkerStatus& status) {
  for (const auto& key : ring.keys()) {
    if (key.use != crypto::KeyRing::Use::seal) continue;
    if (status.key_count == 0) status.newest_key = status_of(key);
    status.oldest_key = status_of(key);
    ++status.key_count;
  }
}

}  // namespace

Wall wall_clock() noexcept {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

Presence::Presence(metrics::WorkerSlot slot, const MainConf& conf) : slot_(std::move(slot)) {
  status.pid = ngx_pid;
  status.generation = conf.generation;
  status.number = static_cast<std::uint32_t>(ngx_worker);
  status.started = wall_clock();
  if (conf.settings->keys) show_keys(*conf.settings->keys, status);
  std::size_t index = 0;
  for (const auto& [name, provider] : conf.settings->providers) {
    if (index == status.providers.size()) break;
    status.providers[index++].name = metrics::ShortText<48>{name};
  }
  publish();
}

void Presence::publish() noexcept {
  if (const Process* process = Process::find()) process->service().describe(status);
  status.updated = wall_clock();
  status.leaving = ngx_exiting != 0;
  slot_.publish(status);
}

Presence* Presence::current() noexcept { return presence.get(); }

void Presence::begin(ngx_log_t* log, const MainConf& conf) {
  if (!conf.block) return;
  auto slot = metrics::StatusBoard{*conf.block}.claim();
  if (!slot) {
    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "vneid: all places of \"vneid_zone\" are taken: the status does not show this "
                  "worker");
    return;
  }
  presence = std::make_unique<Presence>(std::move(*slot), conf);
}

void Presence::follow_process() {
  Process* process = Process::find();
  if (process == nullptr || !presence) return;
  process->service().on_news([] {
    if (presence) presence->publish();
  });
  presence->publish();
}

void Presence::end() noexcept { presence.reset(); }

void complete_zone(ngx_conf_t* cf, MainConf& conf) {
  if (conf.zone_at) return;
  if (conf.needs_zone) {
    throw ConfigurationError("\"vneid_metrics\" and \"vneid_status\" need \"vneid_zone\" in http{}",
                             conf.needs_zone);
  }
  // Otherwise each worker would know sessions of its own, and a sign-out that one answers would be
  // felt by the others when Redis tells them.
  if (conf.has_redis) add_zone(cf, conf, usual_zone, usual_size);
}

void parse_zone(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.zone_at.has_value());
  conf.zone_at = directive.position();
  const auto name = directive.word(0);
  if (!text::consists_of(name, "-_.")) {
    directive.fail("invalid name \"" + std::string{name} +
                   "\" in \"vneid_zone\", expected A-Z a-z 0-9 - _ .");
  }
  ngx_str_t size_text = in_pool(directive.conf()->temp_pool, directive.word(1));
  const ssize_t size = ngx_parse_size(&size_text);
  if (size < least_zone) {
    directive.fail("invalid size \"" + std::string{directive.word(1)} +
                   "\" in \"vneid_zone\", expected 64k or more");
  }
  add_zone(directive.conf(), conf, name, static_cast<std::size_t>(size));
}

}  // namespace vneid::ngx
