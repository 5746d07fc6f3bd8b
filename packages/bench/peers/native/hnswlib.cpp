// hnswlib as a C++ program uses it: one thread, rows added in order, one search a call.
#include <hnswlib/hnswlib.h>

#include "peer.hpp"

namespace {

class Hnswlib final : public bench::Engine {
  public:
    void build(const bench::Rows& base, bool cosine, const bench::Request& parameters) override {
        space_ = makeSpace(base.dimension, cosine);
        index_ = std::make_unique<Index>(space_.get(), base.count(), bench::number(parameters, "M"),
                                         bench::number(parameters, "efConstruction"),
                                         bench::number(parameters, "seed"));
        for (size_t i = 0; i < base.count(); i++) index_->addPoint(base.row(i), i);
    }

    void save(const std::string& path) override { index_->saveIndex(path); }

    void open(const std::string& path, size_t dimension, bool cosine) override {
        space_ = makeSpace(dimension, cosine);
        index_ = std::make_unique<Index>(space_.get(), path);
    }

    void search(const float* queries, size_t count, size_t k, bench::Effort effort, int64_t* rows) override {
        if (index_->ef_ != effort.effort) index_->setEf(effort.effort);
        for (size_t query = 0; query < count; query++) {
            auto found = index_->searchKnn(queries + query * dimension(), k);
            for (size_t place = found.size(); place-- > 0; found.pop()) {
                rows[query * k + place] = static_cast<int64_t>(found.top().second);
            }
        }
    }

    // What its arrays hold: the lowest level with vectors and row numbers, and the lists of the upper levels.
    // Locks, the table of row numbers and the marks of visited nodes are in the resident bytes only.
    bench::Memory memory() const override {
        const size_t vectors = index_->cur_element_count * index_->data_size_;
        size_t all = index_->cur_element_count * index_->size_data_per_element_;
        for (size_t i = 0; i < index_->cur_element_count; i++) {
            all += index_->element_levels_[i] * index_->size_links_per_element_;
        }
        return {vectors, all - vectors};
    }

  private:
    using Index = hnswlib::HierarchicalNSW<float>;

    static std::unique_ptr<hnswlib::SpaceInterface<float>> makeSpace(size_t dimension, bool cosine) {
        if (cosine) return std::make_unique<hnswlib::InnerProductSpace>(dimension);
        return std::make_unique<hnswlib::L2Space>(dimension);
    }

    size_t dimension() const { return index_->data_size_ / sizeof(float); }

    std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
    std::unique_ptr<Index> index_;
};

}  // namespace

int main() {
    return bench::converse([] { return std::make_unique<Hnswlib>(); });
}
