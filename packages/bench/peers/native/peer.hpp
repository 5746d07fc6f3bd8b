// What the C++ programs of the bench have in common: one request a line on stdin, one JSON line for each on
// stdout, as `src/process/native-process.ts` speaks it. A request is its kind and then name=value pairs, all
// apart by tabs. Each program gives an `Engine` and calls `converse`.
//
// The clocks run around the engine's own calls only, as in the bench's Node processes: reading files,
// normalising vectors and writing answers are outside.
#pragma once

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#ifndef COMPILE_OPTIONS
#define COMPILE_OPTIONS "unknown"
#endif
#ifndef LIBRARY_VERSION
#define LIBRARY_VERSION "unknown"
#endif

namespace bench {

using Request = std::map<std::string, std::string>;

struct Rows {
    std::vector<float> values;
    size_t dimension = 0;

    size_t count() const { return values.size() / dimension; }
    const float* row(size_t i) const { return values.data() + i * dimension; }
};

struct Memory {
    size_t vectorBytes = 0;
    size_t indexBytes = 0;
};

// How hard a search tries.
struct Effort {
    // efSearch or nprobe, where the engine has one of them.
    size_t effort = 0;
    // How many times k candidates are compared by their vectors, where the engine lets its user choose.
    size_t refine = 1;
};

// One engine over one data set. Cosine data come normalised, so that their inner product is the cosine.
class Engine {
  public:
    virtual ~Engine() = default;
    // Makes the index in memory; the file is written by `save`.
    virtual void build(const Rows& base, bool cosine, const Request& parameters) = 0;
    virtual void save(const std::string& path) = 0;
    virtual void open(const std::string& path, size_t dimension, bool cosine) = 0;
    // Writes k row numbers a query, nearest first.
    virtual void search(const float* queries, size_t count, size_t k, Effort effort, int64_t* rows) = 0;
    virtual Memory memory() const = 0;
};

class Stopwatch {
  public:
    Stopwatch() : wall_(std::chrono::steady_clock::now()), cpu_(cpuNow()) {}

    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
    }

    // Of all threads of the process.
    double cpuSeconds() const { return cpuNow() - cpu_; }

  private:
    static double cpuNow() {
        timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return now.tv_sec + now.tv_nsec / 1e9;
    }

    std::chrono::steady_clock::time_point wall_;
    double cpu_;
};

inline const std::string& field(const Request& request, const std::string& name) {
    const auto found = request.find(name);
    if (found == request.end()) throw std::runtime_error("the request lacks " + name);
    return found->second;
}

inline size_t number(const Request& request, const std::string& name) {
    return std::stoull(field(request, name));
}

inline Rows readRows(const std::string& path, size_t dimension, bool normalised) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) throw std::runtime_error("cannot read " + path);
    Rows rows{std::vector<float>(static_cast<size_t>(file.tellg()) / sizeof(float)), dimension};
    file.seekg(0);
    file.read(reinterpret_cast<char*>(rows.values.data()), rows.values.size() * sizeof(float));
    if (!normalised) return rows;
    for (size_t i = 0; i < rows.count(); i++) {
        float* row = rows.values.data() + i * dimension;
        double squares = 0;
        for (size_t d = 0; d < dimension; d++) squares += double(row[d]) * row[d];
        const double scale = 1 / std::sqrt(squares);
        for (size_t d = 0; d < dimension; d++) row[d] = static_cast<float>(row[d] * scale);
    }
    return rows;
}

inline size_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    size_t total = 0;
    size_t resident = 0;
    statm >> total >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

inline size_t fileBytes(const std::string& path) {
    return static_cast<size_t>(std::ifstream(path, std::ios::binary | std::ios::ate).tellg());
}

inline const char* instructions() {
#if defined(__AVX512F__)
    return "AVX-512";
#elif defined(__AVX2__)
    return "AVX2";
#elif defined(__AVX__)
    return "AVX";
#else
    return "no AVX";
#endif
}

// A JSON object of numbers, given as name and value.
inline std::string object(const std::vector<std::pair<std::string, double>>& fields) {
    std::ostringstream out;
    out.precision(17);
    for (const auto& [name, value] : fields) {
        out << (out.tellp() == 0 ? "{" : ",") << '"' << name << "\":" << value;
    }
    out << '}';
    return out.str();
}

class Conversation {
  public:
    explicit Conversation(std::function<std::unique_ptr<Engine>()> make) : make_(std::move(make)) {}

    // The reply to one request, as JSON.
    std::string answer(const Request& request) {
        const std::string& kind = field(request, "kind");
        if (kind == "about") return about();
        if (kind == "build") return build(request);
        if (kind == "open") return open(request);
        if (kind == "answer") return found(request);
        if (kind == "time") return timed(request);
        if (kind == "memory") return memory();
        if (kind == "close") return "null";
        throw std::runtime_error("there is no request of the kind " + kind);
    }

  private:
    std::string about() const {
        std::ostringstream out;
        out << "{\"version\":\"" << LIBRARY_VERSION << "\",\"compiled\":\"g++ " << __VERSION__ << ' '
            << COMPILE_OPTIONS << "\",\"instructions\":\"" << instructions() << "\"}";
        return out.str();
    }

    static std::string indexPath(const Request& request) { return field(request, "folder") + "/index.bin"; }

    static Effort effortOf(const Request& request) {
        return {number(request, "effort"), number(request, "refine")};
    }

    static bool isCosine(const Request& request) { return field(request, "metric") == "cosine"; }

    std::string build(const Request& request) {
        const bool cosine = isCosine(request);
        const Rows base = readRows(field(request, "dataset") + "/base.f32", number(request, "dimension"), cosine);
        engine_ = make_();
        const Stopwatch building;
        engine_->build(base, cosine, request);
        const double buildSeconds = building.seconds();
        const double cpuSeconds = building.cpuSeconds();
        const Stopwatch saving;
        engine_->save(indexPath(request));
        const double bytes = static_cast<double>(fileBytes(indexPath(request)));
        return object({{"insertSeconds", buildSeconds},
                       {"linkSeconds", 0},
                       {"saveSeconds", saving.seconds()},
                       {"cpuSeconds", cpuSeconds},
                       {"diskBytes", bytes},
                       {"indexFileBytes", bytes}});
    }

    std::string open(const Request& request) {
        queries_ = readRows(field(request, "dataset") + "/queries.f32", number(request, "dimension"),
                            isCosine(request));
        residentBefore_ = residentBytes();
        engine_ = make_();
        const Stopwatch opening;
        engine_->open(indexPath(request), queries_.dimension, isCosine(request));
        int64_t nearest = 0;
        engine_->search(queries_.row(0), 1, 1, {10, 1}, &nearest);
        return "{\"openSeconds\":" + std::to_string(opening.seconds()) +
               ",\"searchesMany\":true,\"scans\":false,\"hasRecords\":false}";
    }

    // For each query the rows found, in batches of the size that was asked for.
    std::string found(const Request& request) {
        const size_t k = number(request, "k");
        const size_t count = std::min(number(request, "queries"), queries_.count());
        std::vector<int64_t> rows(count * k);
        inBatches(request, count, [&](size_t from, size_t size) {
            engine_->search(queries_.row(from), size, k, effortOf(request), rows.data() + from * k);
        });
        std::ostringstream out;
        out << "{\"rows\":[";
        for (size_t query = 0; query < count; query++) {
            out << (query == 0 ? "[" : ",[");
            for (size_t i = 0; i < k; i++) out << (i == 0 ? "" : ",") << rows[query * k + i];
            out << ']';
        }
        out << "]}";
        return out.str();
    }

    // All queries one batch after the other, and again until enough time has passed.
    std::string timed(const Request& request) {
        const size_t k = number(request, "k");
        const Effort effort = effortOf(request);
        const double secondsMin = std::stod(field(request, "secondsMin"));
        const size_t count = std::min(number(request, "queries"), queries_.count());
        std::vector<int64_t> rows(count * k);
        const auto search = [&](size_t from, size_t size) {
            engine_->search(queries_.row(from), size, k, effort, rows.data());
        };
        // The engine before this one has just had the processor's caches.
        inBatches(request, std::min<size_t>(count, number(request, "warming")), search);

        std::vector<double> latencies;
        size_t answered = 0;
        const Stopwatch running;
        do {
            inBatches(request, count, [&](size_t from, size_t size) {
                const auto start = std::chrono::steady_clock::now();
                search(from, size);
                const auto end = std::chrono::steady_clock::now();
                latencies.push_back(std::chrono::duration<double, std::milli>(end - start).count());
            });
            answered += count;
        } while (running.seconds() < secondsMin);
        const double qps = answered / running.seconds();
        const double qpsOfCpu = answered / running.cpuSeconds();
        std::sort(latencies.begin(), latencies.end());
        return object({{"queries", static_cast<double>(answered)},
                       {"qps", qps},
                       {"qpsOfCpu", qpsOfCpu},
                       {"p50Ms", quantile(latencies, 0.5)},
                       {"p99Ms", quantile(latencies, 0.99)}});
    }

    std::string memory() const {
        const Memory own = engine_->memory();
        const double resident = static_cast<double>(residentBytes()) - static_cast<double>(residentBefore_);
        return "{\"residentBytes\":" + std::to_string(static_cast<int64_t>(resident)) +
               ",\"byEngine\":" + object({{"vectorBytes", static_cast<double>(own.vectorBytes)},
                                          {"indexBytes", static_cast<double>(own.indexBytes)}}) + "}";
    }

    template <typename Search>
    static void inBatches(const Request& request, size_t count, const Search& search) {
        const size_t batch = number(request, "batch");
        for (size_t from = 0; from < count; from += batch) search(from, std::min(batch, count - from));
    }

    // The nearest rank, as in src/measure/statistics.ts.
    static double quantile(const std::vector<double>& ascending, double q) {
        const double rank = std::ceil(q * ascending.size()) - 1;
        return ascending[static_cast<size_t>(std::max(rank, 0.0))];
    }

    std::function<std::unique_ptr<Engine>()> make_;
    std::unique_ptr<Engine> engine_;
    Rows queries_;
    size_t residentBefore_ = 0;
};

// Answers requests until stdin ends.
inline int converse(std::function<std::unique_ptr<Engine>()> make) {
    Conversation conversation(std::move(make));
    std::string line;
    while (std::getline(std::cin, line)) {
        Request request;
        std::istringstream pairs(line);
        for (std::string pair; std::getline(pairs, pair, '\t');) {
            const size_t equals = pair.find('=');
            request[pair.substr(0, equals)] = pair.substr(equals + 1);
        }
        try {
            std::cout << "{\"kind\":\"reply\",\"value\":" << conversation.answer(request) << "}" << std::endl;
        } catch (const std::exception& error) {
            std::string message = error.what();
            for (char& c : message) {
                if (c == '"' || c == '\\' || c < ' ') c = '\'';
            }
            std::cout << "{\"kind\":\"error\",\"message\":\"" << message << "\"}" << std::endl;
        }
    }
    return 0;
}

}  // namespace bench
