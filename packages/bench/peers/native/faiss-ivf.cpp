// FAISS's inverted lists: flat ones, or its fastest, codes of 4 bits scanned with shuffles and the best compared
// again by their vectors. Which, is said by the request's `recipe` in FAISS's own words ("IVF256,PQ196x4fs,RFlat").
// One thread. Cosine data come normalised and are compared by Euclidean distance.
#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexRefine.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <omp.h>

#include "peer.hpp"

namespace {

class FaissIvf final : public bench::Engine {
  public:
    void build(const bench::Rows& base, bool, const bench::Request& parameters) override {
        adopt(faiss::index_factory(static_cast<int>(base.dimension),
                                   bench::field(parameters, "recipe").c_str(), faiss::METRIC_L2));
        lists_->cp.seed = static_cast<int>(bench::number(parameters, "seed"));
        index_->train(static_cast<Row>(base.count()), base.values.data());
        index_->add(static_cast<Row>(base.count()), base.values.data());
    }

    void save(const std::string& path) override { faiss::write_index(index_.get(), path.c_str()); }

    void open(const std::string& path, size_t, bool) override { adopt(faiss::read_index(path.c_str())); }

    // The effort is nprobe, and `refine` FAISS's k_factor: so many times k are compared by their vectors.
    void search(const float* queries, size_t count, size_t k, bench::Effort effort, int64_t* rows) override {
        lists_->nprobe = effort.effort;
        if (refine_) refine_->k_factor = static_cast<float>(effort.refine);
        distances_.resize(count * k);
        index_->search(static_cast<Row>(count), queries, static_cast<Row>(k), distances_.data(), rows);
    }

    // The vectors once, and beside them whatever the lists hold for each row (codes and row numbers, and the
    // vectors themselves where the lists hold those), the centroids and the codebook.
    bench::Memory memory() const override {
        const size_t rowBytes = index_->d * sizeof(float);
        const size_t vectors = index_->ntotal * rowBytes;
        const size_t listed = index_->ntotal * (lists_->code_size + sizeof(Row));
        const size_t model = lists_->nlist * rowBytes;
        return {vectors, refine_ ? listed + model : listed + model - vectors};
    }

  private:
    using Row = faiss::Index::idx_t;

    void adopt(faiss::Index* index) {
        index_.reset(index);
        refine_ = dynamic_cast<faiss::IndexRefine*>(index);
        lists_ = dynamic_cast<faiss::IndexIVF*>(refine_ ? refine_->base_index : index);
        if (!lists_) throw std::runtime_error("the recipe makes an index without inverted lists");
    }

    std::unique_ptr<faiss::Index> index_;
    // Parts of it; no refinement where the lists hold the vectors themselves.
    faiss::IndexRefine* refine_ = nullptr;
    faiss::IndexIVF* lists_ = nullptr;
    std::vector<float> distances_;
};

}  // namespace

int main() {
    omp_set_num_threads(1);
    return bench::converse([] { return std::make_unique<FaissIvf>(); });
}
