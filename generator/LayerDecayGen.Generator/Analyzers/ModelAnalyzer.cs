using System.Collections.Immutable;
using LayerDecayGen.Generator.Analyzers.Rules;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// LDG001 to LDG031: reads each class with <c>[LayerDecay]</c> as the generator does and reports what the reading finds. An analyzer,
/// because editors offer code fixes for the diagnostics of analyzers only (dotnet/roslyn#67354).
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The properties of LDG025: which groups file, and the text that it should have.</summary>
    public const string GroupsPath = nameof(GroupsPath), GroupsText = nameof(GroupsText);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        DeclarationDiagnostics.NotPartial,
        DeclarationDiagnostics.NotAModule,
        DeclarationDiagnostics.ForMisuse,
        DeclarationDiagnostics.NameTaken,
        DeclarationDiagnostics.FileLocal,
        LayerDiagnostics.Unassigned,
        LayerDiagnostics.TwoLayers,
        LayerDiagnostics.NotAStack,
        LayerDiagnostics.NothingBefore,
        LayerDiagnostics.OrderOnSome,
        LayerDiagnostics.NoSuchMethod,
        LayerDiagnostics.Gap,
        LayerDiagnostics.TooDeep,
        LayerDiagnostics.NoLayers,
        LayerDiagnostics.TwoRoots,
        ParameterDiagnostics.NoSuchName,
        ParameterDiagnostics.Hidden,
        ParameterDiagnostics.NeverRead,
        ParameterDiagnostics.PathTooLong,
        ParameterDiagnostics.NoEffect,
        ParameterDiagnostics.GroupsChanged,
        NumberDiagnostics.RateOutOfRange,
        NumberDiagnostics.OutOfRange,
        EnvironmentDiagnostics.LanguageTooOld,
        EnvironmentDiagnostics.Unforeseen);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(ModelReader.LayerDecayAttribute) is null) return;
            var readings = new ModelReadings(start.Compilation);
            var files = new GroupsFiles(start.Options.AdditionalFiles);
            start.RegisterSymbolAction(symbol => Check((INamedTypeSymbol)symbol.Symbol, readings, files, symbol.ReportDiagnostic), SymbolKind.NamedType);
        });
    }

    private static void Check(INamedTypeSymbol type, ModelReadings readings, GroupsFiles files, Action<Diagnostic> report)
    {
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct)) return;
        if (ModelReader.AttributeOf(type) is not null)
        {
            foreach (var finding in readings.Of(type).Findings) report(finding);
            files.Check(type, readings.Of(type), report);
            TwoRoots.Check(type, readings, report);
        }

        AnnotatedMembers.Check(type, readings, report);
    }
}
