/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* link(): a linkage run over Python's rows; LinkResult: what it found, and why. */
#include "python/ra_link_python.h"

#include "dedupe/ra_link_csv.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RA_PULSE 0.05 /* seconds between two looks for a signal */

typedef struct ra_link_object {
    PyObject_HEAD ra_link_table table;
    ra_link_result result;
} ra_link_object;

/* The calling thread while the GIL is released. */
typedef struct ra_link_watch {
    PyThreadState *thread;
    double last; /* seconds of the monotonic clock */
} ra_link_watch;

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Has a signal handler raised (KeyboardInterrupt, as a rule)? */
static bool is_interrupted(void *context) {
    ra_link_watch *watch = context;
    double time = now();
    if (time - watch->last < RA_PULSE) return false;
    watch->last = time;
    return ra_check_signals(&watch->thread) != RA_OK;
}

static bool read_profile(ra_module_state *state, PyObject *name, ra_link_profile *profile) {
    ra_str text;
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "a profile is a text");
        return false;
    }
    if (!ra_text_from(name, &text)) return false;
    ra_error error = {.code = RA_OK};
    ra_status status = RA_OK;
    if (text.len == 0 || memchr(text.ptr, '\n', text.len) == NULL) {
        text = ra_link_profile_default(text);
        if (text.len == 0) {
            status = ra_fail(&error, RA_BAD_ARGUMENT, "profile", "there is no such profile");
        }
    }
    if (status == RA_OK) status = ra_link_profile_parse(text, profile, &error);
    if (status != RA_OK) ra_raise(state, status, &error);
    return status == RA_OK;
}

static bool read_fields(ra_link_input *input, PyObject *fields, const ra_link_profile *profile,
                        bool present[RA_LINK_PROFILE_FIELDS]) {
    input->field_count = PyTuple_Size(fields);
    const char *problem = input->field_count > RA_LINK_FIELDS ? "there are too many fields" : NULL;
    const char *name = NULL;
    for (Py_ssize_t i = 0; i < input->field_count && problem == NULL; i++) {
        ra_str text;
        if (!ra_text_from(PyTuple_GetItem(fields, i), &text)) return false;
        name = text.ptr;
        uint8_t field = ra_link_profile_field(profile, text);
        if (field == RA_LINK_NO_FIELD) {
            problem = "the profile has no such field";
        } else if (present[field]) {
            problem = "a field is named twice";
        } else {
            present[field] = true;
            input->fields[i] = field;
        }
    }
    if (problem == NULL) return true;
    ra_error error = {.code = RA_BAD_ARGUMENT, .field = name, .message = problem};
    ra_raise(input->state, RA_BAD_ARGUMENT, &error);
    return false;
}

/* The rows of both sets into self->table. */
static bool fill_table(ra_link_object *self, ra_module_state *state, PyObject *profile_name,
                       PyObject *fields, PyObject *rows[2]) {
    ra_link_profile profile;
    ra_link_input input = {.state = state};
    bool present[RA_LINK_PROFILE_FIELDS] = {false};
    if (!read_profile(state, profile_name, &profile)) return false;
    PyObject *names = PySequence_Tuple(fields);
    bool done = names != NULL && read_fields(&input, names, &profile, present);
    if (done) {
        ra_status status = ra_link_table_init(&self->table, &profile, present, 0, NULL);
        if (status != RA_OK) ra_raise(state, status, NULL);
        done = status == RA_OK;
    }
    for (Py_ssize_t i = 0; done && i < input.field_count; i++) {
        input.names[i] = self->table.profile.fields[input.fields[i]].name;
    }
    done = done && ra_link_add_rows(&input, rows[0], &self->table);
    if (done && rows[1] != Py_None) {
        ra_link_table_split(&self->table);
        done = ra_link_add_rows(&input, rows[1], &self->table);
    }
    Py_XDECREF(names);
    return done;
}

static bool run(ra_link_object *self, ra_module_state *state, ra_link_options options) {
    ra_link_watch watch = {.last = now()};
    options.crew.stopped = is_interrupted;
    options.crew.context = &watch;
    watch.thread = PyEval_SaveThread();
    ra_status status = ra_link_run(&self->table, &options, &self->result);
    PyEval_RestoreThread(watch.thread);
    if (status == RA_OK) return true;
    ra_error error = {.code = status};
    if (status == RA_MISSING_FIELD) error.message = "no block of the profile fits the fields";
    ra_raise(state, status, &error);
    return false;
}

static bool read_threshold(PyObject *object, float *threshold) {
    *threshold = NAN;
    if (object == Py_None) return true;
    double value = PyFloat_AsDouble(object);
    *threshold = (float)value;
    if (PyErr_Occurred()) return false;
    if (!isfinite(value)) PyErr_SetString(PyExc_ValueError, "a threshold is a number of bits");
    return isfinite(value);
}

static bool read_counts(PyObject *focus, int threads, ra_link_options *options) {
    long cores = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    options->crew.threads =
        cores > 0 && cores < RA_LINK_THREADS_MAX ? (uint32_t)cores : RA_LINK_THREADS_MAX;
    if (focus == Py_None) return true;
    long rows = PyLong_AsLong(focus);
    if (rows == -1 && PyErr_Occurred()) return false;
    if (rows < 1 || rows > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "focus counts the last rows: at least 1");
        return false;
    }
    options->focus = (uint32_t)rows;
    return true;
}

const char ra_link_call_doc[] =
    "link(profile, fields, a, b=None, *, threads=0, seed=0, threshold=None, scores_only=False, "
    "focus=None)\n--\n\n"
    "Find what is the same within the rows `a`, or link `a` to `b` one to one.\n\n"
    "`profile` is the name of a default profile or a profile's text, `fields` names its fields in "
    "the order of the values. `a` and `b` are lists of tuples (one a row, str or None) or lists of "
    "lists (one a field). `threads` 0 means one a core; the result is the same for any number. "
    "`threshold` (bits) takes the place of the model's own; `scores_only` gives every candidate "
    "pair from it up, undecided. `focus` n gives only pairs with one of the last n rows of `a`. "
    "Releases the GIL and heeds signals. Raises Error (code, message, row, offset, field).";

PyObject *ra_link_call(PyObject *module, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"profile", "fields",    "a",           "b",     "threads",
                            "seed",    "threshold", "scores_only", "focus", NULL};
    PyObject *profile, *fields, *rows[2] = {NULL, Py_None}, *threshold = Py_None, *focus = Py_None;
    int threads = 0, scores_only = 0;
    unsigned long long seed = 0;
    ra_link_options options = {0};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO|O$iKOpO", names, &profile, &fields,
                                     &rows[0], &rows[1], &threads, &seed, &threshold, &scores_only,
                                     &focus) ||
        !read_threshold(threshold, &options.threshold) || !read_counts(focus, threads, &options)) {
        return NULL;
    }
    options.seed = seed;
    options.scores_only = scores_only != 0;
    ra_module_state *state = PyModule_GetState(module);
    ra_link_object *self = (ra_link_object *)PyType_GenericAlloc(state->link_type, 0);
    if (self == NULL) return NULL;
    if (!fill_table(self, state, profile, fields, rows) || !run(self, state, options)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

const char ra_link_files_doc[] =
    "link_files(profile, paths, columns='', *, threads=0, seed=0, threshold=None)\n--\n\n"
    "As link(), for one or two delimited files whose columns are known by their names; `columns` "
    "(\"FIELD=COLUMN,...\") names others. LinkResult.ids has the rows' own ids. An Error about a "
    "file has its path as field.";

/* The files into self->table; an error has the path as its field. */
static bool load_files(ra_link_object *self, ra_module_state *state, const ra_link_profile *profile,
                       PyObject *paths, ra_str columns) {
    ra_source sources[2] = {{.fd = -1}, {.fd = -1}};
    ra_input inputs[2];
    ra_error error = {.code = RA_OK};
    ra_status status = RA_OK;
    uint32_t where = 0, count = (uint32_t)PyTuple_Size(paths), opened = 0;
    bool ready = true;
    for (; opened < count && ready; opened += ready) {
        ready = ra_source_open(&sources[opened], PyTuple_GetItem(paths, opened)) == 0;
        inputs[opened] = sources[opened].input;
    }
    if (ready) {
        Py_BEGIN_ALLOW_THREADS;
        status = ra_link_csv_load(profile, inputs, count, columns, 0, &self->table, &where, &error);
        Py_END_ALLOW_THREADS;
    }
    for (uint32_t i = 0; i < opened; i++) {
        ra_source_close(&sources[i]);
    }
    if (ready && status != RA_OK) {
        PyObject *path = PyObject_Str(PyTuple_GetItem(paths, where));
        if (error.field == NULL && path != NULL) error.field = PyUnicode_AsUTF8(path);
        ra_raise(state, status, &error);
        Py_XDECREF(path);
    }
    return ready && status == RA_OK;
}

PyObject *ra_link_files(PyObject *module, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"profile", "paths", "columns", "threads", "seed", "threshold", NULL};
    PyObject *name, *sequence, *threshold = Py_None;
    const char *columns = "";
    Py_ssize_t columns_len = 0;
    int threads = 0;
    unsigned long long seed = 0;
    ra_link_options options = {0};
    ra_link_profile profile;
    ra_module_state *state = PyModule_GetState(module);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|s#$iKO", names, &name, &sequence, &columns,
                                     &columns_len, &threads, &seed, &threshold) ||
        !read_threshold(threshold, &options.threshold) ||
        !read_counts(Py_None, threads, &options) || !read_profile(state, name, &profile)) {
        return NULL;
    }
    options.seed = seed;
    PyObject *paths = PySequence_Tuple(sequence);
    if (paths == NULL) return NULL;
    ra_link_object *self = NULL;
    if (PyTuple_Size(paths) < 1 || PyTuple_Size(paths) > 2) {
        PyErr_SetString(PyExc_ValueError, "one or two files are linked");
    } else {
        self = (ra_link_object *)PyType_GenericAlloc(state->link_type, 0);
    }
    ra_str overrides = {columns, (size_t)columns_len};
    if (self != NULL &&
        (!load_files(self, state, &profile, paths, overrides) || !run(self, state, options))) {
        Py_CLEAR(self);
    }
    Py_DECREF(paths);
    return (PyObject *)self;
}

static PyObject *get_ids(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_link_object *self = (const ra_link_object *)object;
    PyObject *list = PyList_New((Py_ssize_t)self->table.rows);
    for (uint32_t row = 0; list != NULL && row < self->table.rows; row++) {
        ra_str id = self->table.ids[row];
        PyObject *item =
            PyUnicode_DecodeUTF8(id.len > 0 ? id.ptr : "", (Py_ssize_t)id.len, "replace");
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)row, item) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *get_unused(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_link_table *table = &((ra_link_object *)object)->table;
    PyObject *list = PyList_New((Py_ssize_t)table->unused_count);
    for (uint32_t i = 0; list != NULL && i < table->unused_count; i++) {
        ra_str name = table->unused[i];
        PyObject *item = PyUnicode_DecodeUTF8(name.ptr, (Py_ssize_t)name.len, "replace");
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *get_scale(PyObject *object, void *Py_UNUSED(closure)) {
    return PyFloat_FromDouble(((ra_link_object *)object)->table.scale);
}

static PyObject *get_split(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_link_object *self = (const ra_link_object *)object;
    return PyLong_FromUnsignedLong(self->table.linking ? self->table.split : self->table.rows);
}

static PyObject *get_pairs(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_link_object *self = (const ra_link_object *)object;
    uint32_t split = self->table.linking ? self->table.split : 0;
    PyObject *list = PyList_New((Py_ssize_t)self->result.count);
    for (uint64_t i = 0; list != NULL && i < self->result.count; i++) {
        const ra_link_pair *pair = &self->result.pairs[i];
        PyObject *item = Py_BuildValue("(IIdd)", pair->a, pair->b - split, (double)pair->weight,
                                       ra_link_probability(pair->weight));
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *get_clusters(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_link_object *self = (const ra_link_object *)object;
    const uint32_t *of_row = self->result.clusters.of_row;
    uint32_t rows = self->table.linking ? 0 : self->table.rows;
    PyObject *list = PyList_New((Py_ssize_t)rows);
    for (uint32_t row = 0; list != NULL && row < rows; row++) {
        PyObject *item = PyLong_FromLong(of_row != NULL ? (long)of_row[row] - 1 : -1);
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)row, item) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *get_automatic(PyObject *object, void *Py_UNUSED(closure)) {
    return PyFloat_FromDouble((double)((ra_link_object *)object)->result.model.automatic);
}

static PyObject *get_review(PyObject *object, void *Py_UNUSED(closure)) {
    return PyFloat_FromDouble((double)((ra_link_object *)object)->result.model.threshold);
}

static PyObject *get_compared(PyObject *object, void *Py_UNUSED(closure)) {
    return PyLong_FromUnsignedLongLong(((ra_link_object *)object)->result.compared);
}

PyDoc_STRVAR(explain_doc,
             "explain(a, b)\n--\n\n"
             "What makes up the weight of row `a` and row `b` (of the second set when linking): "
             "tuples (field, level, bits). The first is (\"prior\", \"before looking\", bits): how "
             "rare a pair is at all. The bits add up to the weight of the pair.");

static PyObject *link_explain(PyObject *object, PyObject *args) {
    const ra_link_object *self = (const ra_link_object *)object;
    const ra_link_table *table = &self->table;
    unsigned int a, b;
    if (!PyArg_ParseTuple(args, "II", &a, &b)) return NULL;
    uint32_t split = table->linking ? table->split : 0;
    if (a >= (table->linking ? split : table->rows) || b >= table->rows - split) {
        PyErr_SetString(PyExc_IndexError, "there is no such row");
        return NULL;
    }
    ra_link_reason reasons[RA_LINK_REASONS];
    uint32_t count = self->result.comparer.table != NULL && table->rows > 1
                         ? ra_link_explain(&self->result, a, b + split, reasons)
                         : 0;
    PyObject *list = PyList_New(0);
    if (list != NULL) {
        list = ra_append_new(list, Py_BuildValue("(ssd)", "prior", "before looking",
                                                 (double)self->result.model.base));
    }
    for (uint32_t i = 0; list != NULL && i < count; i++) {
        list = ra_append_new(list, Py_BuildValue("(ssd)", reasons[i].field, reasons[i].level,
                                                 (double)reasons[i].weight));
    }
    return list;
}

static void link_dealloc(PyObject *object) {
    ra_link_object *self = (ra_link_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_link_result_free(&self->result);
    ra_link_table_free(&self->table);
    type->tp_free(object);
    Py_DECREF(type);
}

const char ra_link_profiles_doc[] =
    "link_profiles()\n--\n\nThe default profiles as a list of (name, text).";

PyObject *ra_link_profiles(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && ra_link_profile_names[i] != NULL; i++) {
        ra_str name = {ra_link_profile_names[i], strlen(ra_link_profile_names[i])};
        list = ra_append_new(list, Py_BuildValue("(NN)", ra_text_to(name),
                                                 ra_text_to(ra_link_profile_default(name))));
    }
    return list;
}

const char ra_link_check_doc[] =
    "link_check(text)\n--\n\nRead a profile's text; returns the names of its fields. Raises Error "
    "with the line (as row) and what is wrong in it.";

PyObject *ra_link_check(PyObject *module, PyObject *text) {
    ra_module_state *state = PyModule_GetState(module);
    ra_link_profile profile;
    ra_error error = {.code = RA_OK};
    ra_str raw;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "a profile is a text");
    if (!ra_text_from(text, &raw)) return NULL;
    ra_status status = ra_link_profile_parse(raw, &profile, &error);
    if (status != RA_OK) return ra_raise(state, status, &error);
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < profile.field_count; i++) {
        list = ra_append_new(list, PyUnicode_FromString(profile.fields[i].name));
    }
    return list;
}

PyDoc_STRVAR(link_doc, "What link() found. Rows are numbered from 0, each set on its own.");

static PyGetSetDef link_getters[] = {
    {"pairs", get_pairs, NULL, "tuples (a, b, weight in bits, probability) by a, b", NULL},
    {"clusters", get_clusters, NULL,
     "per row of one set the number of its cluster, -1: alone; empty when two are linked", NULL},
    {"automatic", get_automatic, NULL, "bits from which a pair needs nobody's eye", NULL},
    {"review", get_review, NULL, "bits from which a pair is listed", NULL},
    {"ids", get_ids, NULL, "ids of all rows of link_files(), the second file's behind the first's",
     NULL},
    {"unused", get_unused, NULL,
     "names of the columns that link_files() took for no field, of both files", NULL},
    {"scale", get_scale, NULL,
     "what link_files() divided the amounts of the second file by, as they are in cents or in "
     "another currency; 1: nothing",
     NULL},
    {"split", get_split, NULL, "number of rows of the first set", NULL},
    {"compared", get_compared, NULL, "number of candidate pairs looked at", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef link_methods[] = {
    {"explain", link_explain, METH_VARARGS, explain_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot link_slots[] = {
    {Py_tp_doc, (void *)link_doc},
    {Py_tp_getset, link_getters},
    {Py_tp_methods, link_methods},
    {Py_tp_dealloc, link_dealloc},
    {0, NULL},
};

PyType_Spec ra_link_spec = {
    .name = "retail_accelerator_native.LinkResult",
    .basicsize = sizeof(ra_link_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = link_slots,
};
