// FAISS's exact search: IndexFlatL2, or IndexFlatIP over normalised rows for cosine. One thread.
#include <faiss/IndexFlat.h>
#include <omp.h>

#include "peer.hpp"

namespace {

class FaissFlat final : public bench::Engine {
  public:
    void build(const bench::Rows& base, bool cosine, const bench::Request&) override {
        index_ = makeIndex(base.dimension, cosine);
        index_->add(static_cast<Index::idx_t>(base.count()), base.values.data());
    }

    // The rows themselves: FAISS's own files need far more of the library than flat search does.
    void save(const std::string& path) override {
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(index_->get_xb()),
                   index_->ntotal * index_->d * sizeof(float));
    }

    void open(const std::string& path, size_t dimension, bool cosine) override {
        const bench::Rows base = bench::readRows(path, dimension, false);
        index_ = makeIndex(dimension, cosine);
        index_->add(static_cast<Index::idx_t>(base.count()), base.values.data());
    }

    void search(const float* queries, size_t count, size_t k, bench::Effort, int64_t* rows) override {
        distances_.resize(count * k);
        index_->search(static_cast<Index::idx_t>(count), queries, static_cast<Index::idx_t>(k),
                       distances_.data(), rows);
    }

    bench::Memory memory() const override { return {index_->ntotal * index_->d * sizeof(float), 0}; }

  private:
    using Index = faiss::IndexFlat;

    static std::unique_ptr<Index> makeIndex(size_t dimension, bool cosine) {
        const auto metric = cosine ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2;
        return std::make_unique<Index>(static_cast<Index::idx_t>(dimension), metric);
    }

    std::unique_ptr<Index> index_;
    std::vector<float> distances_;
};

}  // namespace

int main() {
    omp_set_num_threads(1);
    return bench::converse([] { return std::make_unique<FaissFlat>(); });
}
