#ifndef QE_CLIBCURL_SHIM_H
#define QE_CLIBCURL_SHIM_H

#include <curl/curl.h>

/* Swift does not import variadic functions: one for each kind of argument. */
static inline CURLcode qe_curl_set_long(CURL *_Nonnull handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode qe_curl_set_pointer(CURL *_Nonnull handle, CURLoption option, const void *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode qe_curl_set_write(
    CURL *_Nonnull handle, size_t (*_Nonnull write)(char *_Nonnull, size_t, size_t, void *_Nonnull), void *_Nonnull context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}
static inline CURLcode qe_curl_status(CURL *_Nonnull handle, long *_Nonnull status) {
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}
/* Microseconds from the start to when the request went out, and to the answer's first byte. */
static inline CURLcode qe_curl_times(CURL *_Nonnull handle, curl_off_t *_Nonnull sent, curl_off_t *_Nonnull answered) {
    CURLcode code = curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, sent);
    return code != CURLE_OK ? code : curl_easy_getinfo(handle, CURLINFO_STARTTRANSFER_TIME_T, answered);
}
static inline CURLMcode qe_curl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
/* The next transfer that has ended: 1, with its handle and result; 0 when there is none. */
static inline int qe_curl_multi_done(CURLM *_Nonnull multi, CURL *_Nullable *_Nonnull handle, CURLcode *_Nonnull code) {
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));)
        if (message->msg == CURLMSG_DONE) {
            *handle = message->easy_handle;
            *code = message->data.result;
            return 1;
        }
    return 0;
}
static inline CURLcode qe_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

#endif
