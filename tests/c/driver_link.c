/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Linkage of files from the command line, for tests and measurements.
 *
 *   driver_link --profile NAME|FILE A.csv [B.csv] --out pairs.csv [--columns MAP] [--json]
 *               [--explain] [--scores] [--threshold BITS] [--threads N] [--seed N] [--limit MIB]
 *   driver_link --similarity      lines "a TAB b" in; Jaro-Winkler, edits, word overlap, bounds
 * hold */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dedupe/ra_link.h"
#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_similarity.h"

typedef struct ra_arguments {
    const char *profile, *out, *columns, *files[2];
    uint32_t file_count, threads;
    uint64_t seed;
    size_t limit;
    float threshold;
    bool json, explain, scores, similarity;
} ra_arguments;

static int64_t read_file(void *context, void *buffer, size_t size) {
    size_t got = fread(buffer, 1, size, context);
    return got == 0 && ferror((FILE *)context) ? -1 : (int64_t)got;
}

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool parse_number(const char *text, uint64_t *out) {
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool parse_value(ra_arguments *arguments, const char *name, const char *value) {
    uint64_t number = 0;
    if (strcmp(name, "--profile") == 0)
        arguments->profile = value;
    else if (strcmp(name, "--out") == 0)
        arguments->out = value;
    else if (strcmp(name, "--columns") == 0)
        arguments->columns = value;
    else if (strcmp(name, "--threshold") == 0)
        arguments->threshold = strtof(value, NULL);
    else if (!parse_number(value, &number))
        return false;
    else if (strcmp(name, "--threads") == 0)
        arguments->threads = (uint32_t)number;
    else if (strcmp(name, "--seed") == 0)
        arguments->seed = number;
    else if (strcmp(name, "--limit") == 0)
        arguments->limit = (size_t)number << 20;
    else
        return false;
    return true;
}

static bool parse_arguments(int count, char **texts, ra_arguments *arguments) {
    *arguments = (ra_arguments){.columns = "", .threads = 2, .seed = 1, .threshold = NAN};
    for (int i = 1; i < count; i++) {
        if (strcmp(texts[i], "--json") == 0)
            arguments->json = true;
        else if (strcmp(texts[i], "--explain") == 0)
            arguments->explain = true;
        else if (strcmp(texts[i], "--scores") == 0)
            arguments->scores = true;
        else if (strcmp(texts[i], "--similarity") == 0)
            arguments->similarity = true;
        else if (texts[i][0] == '-' && i + 1 < count) {
            if (!parse_value(arguments, texts[i], texts[i + 1])) return false;
            i++;
        } else if (arguments->file_count < 2 && texts[i][0] != '-')
            arguments->files[arguments->file_count++] = texts[i];
        else
            return false;
    }
    return arguments->similarity ||
           (arguments->profile && arguments->out && arguments->file_count > 0);
}

static int complain(const char *file, const ra_error *error) {
    fprintf(stderr, "%s: %s: %s", file, ra_status_name(error->code),
            error->message ? error->message : ra_status_text(error->code));
    if (error->row) fprintf(stderr, " (row %llu)", (unsigned long long)error->row);
    fputc('\n', stderr);
    return 1;
}

static ra_status load_profile(const char *name, ra_link_profile *profile, ra_error *error) {
    ra_str text = ra_link_profile_default((ra_str){name, strlen(name)});
    static char buffer[65536];
    if (text.len == 0) {
        FILE *file = fopen(name, "rb");
        if (file == NULL) return ra_fail(error, RA_READ_FAILED, NULL, "no such profile");
        text = (ra_str){buffer, fread(buffer, 1, sizeof buffer, file)};
        fclose(file);
    }
    return ra_link_profile_parse(text, profile, error);
}

static ra_status load(const ra_arguments *arguments, ra_link_table *table, ra_error *error,
                      const char **where) {
    ra_link_profile profile;
    *where = arguments->profile;
    ra_status status = load_profile(arguments->profile, &profile, error);
    FILE *files[2] = {NULL, NULL};
    ra_input inputs[2];
    for (uint32_t i = 0; i < arguments->file_count && status == RA_OK; i++) {
        *where = arguments->files[i];
        files[i] = fopen(arguments->files[i], "rb");
        inputs[i] = (ra_input){read_file, NULL, files[i]};
        if (files[i] == NULL)
            status = ra_fail(error, RA_READ_FAILED, NULL, "the file cannot be opened");
    }
    if (status == RA_OK) {
        uint32_t number = 0;
        ra_str columns = {arguments->columns, strlen(arguments->columns)};
        status = ra_link_csv_load(&profile, inputs, arguments->file_count, columns,
                                  arguments->limit, table, &number, error);
        *where = arguments->files[number];
    }
    for (uint32_t i = 0; i < 2; i++)
        if (files[i]) fclose(files[i]);
    return status;
}

static void write_text(FILE *out, ra_str text) {
    bool quote = memchr(text.ptr, ',', text.len) || memchr(text.ptr, '"', text.len) ||
                 memchr(text.ptr, '\n', text.len);
    if (quote) fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') fputc('"', out);
        fputc(text.ptr[i], out);
    }
    if (quote) fputc('"', out);
}

static bool write_pairs(const ra_arguments *arguments, const ra_link_table *table,
                        const ra_link_result *result) {
    FILE *out = fopen(arguments->out, "wb");
    if (out == NULL) return false;
    fputs("id_a,id_b,weight,probability", out);
    bool clustered = result->clusters.of_row != NULL;
    fputs(clustered ? ",cluster" : "", out);
    for (uint32_t c = 0; arguments->explain && c < table->column_count; c++)
        fprintf(out, ",%s", table->profile.fields[table->columns[c]].name);
    fputc('\n', out);
    for (uint64_t i = 0; i < result->count; i++) {
        const ra_link_pair *pair = &result->pairs[i];
        write_text(out, table->ids[pair->a]);
        fputc(',', out);
        write_text(out, table->ids[pair->b]);
        fprintf(out, ",%.3f,%.6f", (double)pair->weight, ra_link_probability(pair->weight));
        if (clustered) fprintf(out, ",%u", result->clusters.of_row[pair->a]);
        ra_link_reason reasons[RA_LINK_REASONS];
        uint32_t count = 0;
        if (arguments->explain) count = ra_link_explain(result, pair->a, pair->b, reasons);
        for (uint32_t c = 0; c < count; c++)
            fprintf(out, ",%.3f", (double)reasons[c].weight);
        fputc('\n', out);
    }
    return fclose(out) == 0;
}

static void print_summary(const ra_arguments *arguments, const ra_link_table *table,
                          const ra_link_result *result, double seconds) {
    const char *form =
        arguments->json
            ? "{\"records\": %u, \"candidate_pairs\": %llu, \"pairs\": %llu, \"clusters\": %u, "
              "\"seconds\": %.4f, \"threshold\": %.3f, \"prior\": %.3e, \"prior_bits\": %.3f, "
              "\"expected_precision\": %.5f, \"expected_recall\": %.5f}\n"
            : "%u records, %llu candidate pairs, %llu pairs, %u clusters in %.4f s; threshold "
              "%.3f bits, prior %.3e (%.3f bits), expected precision %.5f, recall %.5f\n";
    printf(form, table->rows, (unsigned long long)result->compared,
           (unsigned long long)result->count, result->clusters.count, seconds,
           (double)result->model.threshold, result->model.prior, (double)result->model.base,
           result->model.expected_precision, result->model.expected_recall);
}

static int print_similarities(void) {
    static char line[1 << 20];
    while (fgets(line, sizeof line, stdin)) {
        char *tab = strchr(line, '\t'), *end = tab ? strchr(tab, '\n') : NULL;
        if (end == NULL) return 1;
        ra_str a = {line, (size_t)(tab - line)}, b = {tab + 1, (size_t)(end - tab - 1)};
        double alike = ra_jaro_winkler(a, b);
        uint32_t edits = ra_osa(a, b, 100000);
        uint64_t left = ra_signature(a), right = ra_signature(b);
        double bound = ra_jaro_winkler_bound((uint32_t)a.len, left, (uint32_t)b.len, right);
        printf("%.12f %u %.12f %d %d\n", alike, edits, ra_token_jaccard(a, b),
               bound + 1e-9 >= alike, ra_osa_possible(left, right, edits));
    }
    return 0;
}

int main(int count, char **texts) {
    ra_arguments arguments;
    if (!parse_arguments(count, texts, &arguments)) {
        fputs("usage: driver_link --profile person|order|payment|FILE A.csv [B.csv] --out PAIRS "
              "[--columns MAP] [--json] [--explain] [--threads N] [--seed N] [--limit MIB]\n",
              stderr);
        return 2;
    }
    if (arguments.similarity) return print_similarities();
    double start = now();
    ra_link_table table = {0};
    ra_error error = {0};
    const char *where = NULL;
    int code = 0;
    if (load(&arguments, &table, &error, &where) != RA_OK) {
        code = complain(where, &error);
    } else {
        ra_link_result result;
        ra_link_options options = {.crew = {.threads = arguments.threads},
                                   .seed = arguments.seed,
                                   .threshold = arguments.threshold,
                                   .scores_only = arguments.scores,
                                   .limit = arguments.limit};
        ra_status status = ra_link_run(&table, &options, &result);
        if (status != RA_OK) {
            (void)ra_fail(&error, status, NULL,
                          status == RA_MISSING_FIELD ? "no block of the profile fits the columns"
                                                     : ra_status_text(status));
            code = complain(where, &error);
        } else if (!write_pairs(&arguments, &table, &result)) {
            fprintf(stderr, "%s: cannot be written\n", arguments.out);
            code = 1;
        } else {
            print_summary(&arguments, &table, &result, now() - start);
        }
        ra_link_result_free(&result);
    }
    ra_link_table_free(&table);
    return code;
}
