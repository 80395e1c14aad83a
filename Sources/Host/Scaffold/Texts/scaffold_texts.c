/*
 * What `quantumedge plugin new` writes, taken from the sources by the compiler: #embed puts each file into its list of
 * dependencies, so a changed source is a new object, and a missing one does not compile. A new file of PluginKit needs
 * its two places here; ScaffoldTests hold the list to the folder.
 */
#include "scaffold_texts.h"

/* C23's, which the toolchain's clang has for C11 too. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char template_swift_package_swift_txt[] = {
#embed "../../../../Plugins/Template/swift/Package.swift.txt"
};
static const unsigned char template_swift_makefile[] = {
#embed "../../../../Plugins/Template/swift/Makefile"
};
static const unsigned char template_swift_readme_md[] = {
#embed "../../../../Plugins/Template/swift/README.md"
};
static const unsigned char template_swift_strategy_swift[] = {
#embed "../../../../Plugins/Template/swift/Strategy.swift"
};
static const unsigned char template_c_package_swift_txt[] = {
#embed "../../../../Plugins/Template/c/Package.swift.txt"
};
static const unsigned char template_c_makefile[] = {
#embed "../../../../Plugins/Template/c/Makefile"
};
static const unsigned char template_c_readme_md[] = {
#embed "../../../../Plugins/Template/c/README.md"
};
static const unsigned char template_c_strategy_c[] = {
#embed "../../../../Plugins/Template/c/strategy.c"
};
static const unsigned char template_gitignore[] = {
#embed "../../../../Plugins/Template/gitignore"
};
static const unsigned char plugin_map[] = {
#embed "../../../../Plugins/plugin.map"
};
static const unsigned char quantumedge_plugin_h[] = {
#embed "../../../PluginABI/include/quantumedge_plugin.h"
};
static const unsigned char layout_c[] = {
#embed "../../../PluginABI/layout.c"
};
static const unsigned char configuration_swift[] = {
#embed "../../../PluginKit/Configuration.swift"
};
static const unsigned char content_swift[] = {
#embed "../../../PluginKit/Content.swift"
};
static const unsigned char context_swift[] = {
#embed "../../../PluginKit/Context.swift"
};
static const unsigned char depth_swift[] = {
#embed "../../../PluginKit/Depth.swift"
};
static const unsigned char descriptortable_swift[] = {
#embed "../../../PluginKit/DescriptorTable.swift"
};
static const unsigned char events_swift[] = {
#embed "../../../PluginKit/Events.swift"
};
static const unsigned char export_swift[] = {
#embed "../../../PluginKit/Export.swift"
};
static const unsigned char forecast_swift[] = {
#embed "../../../PluginKit/Forecast.swift"
};
static const unsigned char instance_swift[] = {
#embed "../../../PluginKit/Instance.swift"
};
static const unsigned char intents_swift[] = {
#embed "../../../PluginKit/Intents.swift"
};
static const unsigned char library_swift[] = {
#embed "../../../PluginKit/Library.swift"
};
static const unsigned char marketdata_swift[] = {
#embed "../../../PluginKit/MarketData.swift"
};
static const unsigned char model_swift[] = {
#embed "../../../PluginKit/Model.swift"
};
static const unsigned char nativeruntime_swift[] = {
#embed "../../../PluginKit/NativeRuntime.swift"
};
static const unsigned char order_swift[] = {
#embed "../../../PluginKit/Order.swift"
};
static const unsigned char orderupdate_swift[] = {
#embed "../../../PluginKit/OrderUpdate.swift"
};
static const unsigned char parameter_swift[] = {
#embed "../../../PluginKit/Parameter.swift"
};
static const unsigned char pause_swift[] = {
#embed "../../../PluginKit/Pause.swift"
};
static const unsigned char plugin_swift[] = {
#embed "../../../PluginKit/Plugin.swift"
};
static const unsigned char pluginkit_swift[] = {
#embed "../../../PluginKit/PluginKit.swift"
};
static const unsigned char prediction_swift[] = {
#embed "../../../PluginKit/Prediction.swift"
};
static const unsigned char refusal_swift[] = {
#embed "../../../PluginKit/Refusal.swift"
};
static const unsigned char scales_swift[] = {
#embed "../../../PluginKit/Scales.swift"
};
static const unsigned char stateframe_swift[] = {
#embed "../../../PluginKit/StateFrame.swift"
};
static const unsigned char statereader_swift[] = {
#embed "../../../PluginKit/StateReader.swift"
};
static const unsigned char statetable_swift[] = {
#embed "../../../PluginKit/StateTable.swift"
};
static const unsigned char statewriter_swift[] = {
#embed "../../../PluginKit/StateWriter.swift"
};
static const unsigned char stateful_swift[] = {
#embed "../../../PluginKit/Stateful.swift"
};
static const unsigned char strategy_process_swift[] = {
#embed "../../../PluginKit/Strategy+Process.swift"
};
static const unsigned char strategy_swift[] = {
#embed "../../../PluginKit/Strategy.swift"
};

#define TEXT(path, languages, is_copy, bytes) {path, languages, is_copy, bytes, sizeof bytes}

static const scaffold_text scaffold_texts[] = {
    TEXT("Package.swift", SCAFFOLD_SWIFT, 0, template_swift_package_swift_txt),
    TEXT("Makefile", SCAFFOLD_SWIFT, 0, template_swift_makefile),
    TEXT("README.md", SCAFFOLD_SWIFT, 0, template_swift_readme_md),
    TEXT("Sources/__NAME__/__NAME__.swift", SCAFFOLD_SWIFT, 0, template_swift_strategy_swift),
    TEXT("Package.swift", SCAFFOLD_C, 0, template_c_package_swift_txt),
    TEXT("Makefile", SCAFFOLD_C, 0, template_c_makefile),
    TEXT("README.md", SCAFFOLD_C, 0, template_c_readme_md),
    TEXT("Sources/__NAME__/__NAME__.c", SCAFFOLD_C, 0, template_c_strategy_c),
    TEXT(".gitignore", SCAFFOLD_BOTH, 0, template_gitignore),
    TEXT("plugin.map", SCAFFOLD_BOTH, 0, plugin_map),
    TEXT("Sources/PluginABI/include/quantumedge_plugin.h", SCAFFOLD_SWIFT, 1, quantumedge_plugin_h),
    TEXT("Sources/__NAME__/include/quantumedge_plugin.h", SCAFFOLD_C, 1, quantumedge_plugin_h),
    TEXT("Sources/PluginABI/layout.c", SCAFFOLD_SWIFT, 1, layout_c),
    TEXT("Sources/PluginKit/Configuration.swift", SCAFFOLD_SWIFT, 1, configuration_swift),
    TEXT("Sources/PluginKit/Content.swift", SCAFFOLD_SWIFT, 1, content_swift),
    TEXT("Sources/PluginKit/Context.swift", SCAFFOLD_SWIFT, 1, context_swift),
    TEXT("Sources/PluginKit/Depth.swift", SCAFFOLD_SWIFT, 1, depth_swift),
    TEXT("Sources/PluginKit/DescriptorTable.swift", SCAFFOLD_SWIFT, 1, descriptortable_swift),
    TEXT("Sources/PluginKit/Events.swift", SCAFFOLD_SWIFT, 1, events_swift),
    TEXT("Sources/PluginKit/Export.swift", SCAFFOLD_SWIFT, 1, export_swift),
    TEXT("Sources/PluginKit/Forecast.swift", SCAFFOLD_SWIFT, 1, forecast_swift),
    TEXT("Sources/PluginKit/Instance.swift", SCAFFOLD_SWIFT, 1, instance_swift),
    TEXT("Sources/PluginKit/Intents.swift", SCAFFOLD_SWIFT, 1, intents_swift),
    TEXT("Sources/PluginKit/Library.swift", SCAFFOLD_SWIFT, 1, library_swift),
    TEXT("Sources/PluginKit/MarketData.swift", SCAFFOLD_SWIFT, 1, marketdata_swift),
    TEXT("Sources/PluginKit/Model.swift", SCAFFOLD_SWIFT, 1, model_swift),
    TEXT("Sources/PluginKit/NativeRuntime.swift", SCAFFOLD_SWIFT, 1, nativeruntime_swift),
    TEXT("Sources/PluginKit/Order.swift", SCAFFOLD_SWIFT, 1, order_swift),
    TEXT("Sources/PluginKit/OrderUpdate.swift", SCAFFOLD_SWIFT, 1, orderupdate_swift),
    TEXT("Sources/PluginKit/Parameter.swift", SCAFFOLD_SWIFT, 1, parameter_swift),
    TEXT("Sources/PluginKit/Pause.swift", SCAFFOLD_SWIFT, 1, pause_swift),
    TEXT("Sources/PluginKit/Plugin.swift", SCAFFOLD_SWIFT, 1, plugin_swift),
    TEXT("Sources/PluginKit/PluginKit.swift", SCAFFOLD_SWIFT, 1, pluginkit_swift),
    TEXT("Sources/PluginKit/Prediction.swift", SCAFFOLD_SWIFT, 1, prediction_swift),
    TEXT("Sources/PluginKit/Refusal.swift", SCAFFOLD_SWIFT, 1, refusal_swift),
    TEXT("Sources/PluginKit/Scales.swift", SCAFFOLD_SWIFT, 1, scales_swift),
    TEXT("Sources/PluginKit/StateFrame.swift", SCAFFOLD_SWIFT, 1, stateframe_swift),
    TEXT("Sources/PluginKit/StateReader.swift", SCAFFOLD_SWIFT, 1, statereader_swift),
    TEXT("Sources/PluginKit/StateTable.swift", SCAFFOLD_SWIFT, 1, statetable_swift),
    TEXT("Sources/PluginKit/StateWriter.swift", SCAFFOLD_SWIFT, 1, statewriter_swift),
    TEXT("Sources/PluginKit/Stateful.swift", SCAFFOLD_SWIFT, 1, stateful_swift),
    TEXT("Sources/PluginKit/Strategy+Process.swift", SCAFFOLD_SWIFT, 1, strategy_process_swift),
    TEXT("Sources/PluginKit/Strategy.swift", SCAFFOLD_SWIFT, 1, strategy_swift),
};

const size_t scaffold_text_count = sizeof scaffold_texts / sizeof scaffold_texts[0];

/* Swift does not import an array of unknown length. */
const scaffold_text *scaffold_text_at(size_t index) { return &scaffold_texts[index]; }
