#pragma once

#include <list>
#include <memory>

#include "flows/base/log.hpp"
#include "flows/front/service.hpp"
#include "module/loop/ngx_event_loop.hpp"
#include "module/loop/seldom.hpp"

namespace vneid::ngx {

/// The core's log lines, in nginx's error log.
class NgxLog final : public flows::Log {
 public:
  void write(Severity severity, std::string_view reference,
             std::string_view text) noexcept override;
};

/// A flow of a live request. The process knows them all: at a fast exit nginx does not run the
/// cleanups of requests, and no flow may outlive the service it runs in.
class LiveFlow {
 public:
  LiveFlow() = default;
  LiveFlow(const LiveFlow&) = delete;
  LiveFlow& operator=(const LiveFlow&) = delete;
  virtual void abandon() noexcept = 0;

 protected:
  ~LiveFlow() = default;
};

/// What one worker process has: the loop, the service over it, and the flows that run.
class Process {
 public:
  Process(ngx_log_t* log, std::shared_ptr<const flows::Settings> settings)
      : loop_(log), service_(loop_, std::move(settings), log_) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] NgxEventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] flows::Service& service() noexcept { return service_; }
  [[nodiscard]] const flows::Service& service() const noexcept { return service_; }
  [[nodiscard]] Seldom& seldom() noexcept { return seldom_; }

  /// A flow's place among those that run, as long as it lives.
  class Enlisted {
   public:
    Enlisted(Process& process, LiveFlow& flow)
        : live_(process.live_), position_(live_.insert(live_.end(), &flow)) {}
    Enlisted(const Enlisted&) = delete;
    Enlisted& operator=(const Enlisted&) = delete;
    ~Enlisted() { live_.erase(position_); }

   private:
    std::list<LiveFlow*>& live_;
    std::list<LiveFlow*>::iterator position_;
  };

  /// Of this process. Throws std::logic_error where there is none: in the master, or when `vneid`
  /// is nowhere on.
  static Process& current();
  /// Null where there is none.
  static Process* find() noexcept;
  static void start(ngx_log_t* log, std::shared_ptr<const flows::Settings> settings);
  static void stop() noexcept;

 private:
  NgxLog log_;
  NgxEventLoop loop_;
  Seldom seldom_;
  std::list<LiveFlow*> live_;
  flows::Service service_;
};

}  // namespace vneid::ngx
