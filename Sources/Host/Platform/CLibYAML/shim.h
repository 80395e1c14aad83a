#ifndef QE_CLIBYAML_SHIM_H
#define QE_CLIBYAML_SHIM_H

#include <yaml.h>

#endif
