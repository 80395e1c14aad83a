#include "settings_texts.h"

/* C23's, which the toolchain's clang has for C11 too; a changed file is a new object. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char settings_yaml[] = {
#embed "../../../../config/settings.yaml"
};
static const unsigned char pairs_yaml[] = {
#embed "../../../../config/pairs.yaml"
};

static const unsigned char supervisor_yaml[] = {
#embed "../../../../config/supervisor.yaml"
};
static const unsigned char risk_yaml[] = {
#embed "../../../../config/risk.yaml"
};

const unsigned char *const settings_text_supervisor = supervisor_yaml;
const size_t settings_text_supervisor_size = sizeof supervisor_yaml;
const unsigned char *const settings_text_risk = risk_yaml;
const size_t settings_text_risk_size = sizeof risk_yaml;
const unsigned char *const settings_text_settings = settings_yaml;
const size_t settings_text_settings_size = sizeof settings_yaml;
const unsigned char *const settings_text_pairs = pairs_yaml;
const size_t settings_text_pairs_size = sizeof pairs_yaml;
