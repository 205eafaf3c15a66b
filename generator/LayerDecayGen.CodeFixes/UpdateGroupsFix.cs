using System.Collections.Immutable;
using System.Composition;
using LayerDecayGen.Generator.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG025: writes the groups file anew, so that the change stands in the diff.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UpdateGroupsFix)), Shared]
public sealed class UpdateGroupsFix : CodeFixProvider
{
    private const string Title = "Update the groups file";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create("LDG025");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new FixAllFiles();

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
            context.RegisterCodeFix(Action(context.Document.Project.Solution, [diagnostic]), diagnostic);
        return Task.CompletedTask;
    }

    private static CodeAction Action(Solution solution, IEnumerable<Diagnostic> diagnostics) =>
        CodeAction.Create(Title, cancellation => WriteAsync(solution, diagnostics, cancellation), equivalenceKey: Title);

    private static async Task<Solution> WriteAsync(Solution solution, IEnumerable<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        foreach (var properties in diagnostics.Select(static d => d.Properties))
        {
            foreach (var id in solution.GetDocumentIdsWithFilePath(properties[ModelAnalyzer.GroupsPath]))
            {
                if (solution.GetAdditionalDocument(id) is not { } file) continue;
                var encoding = (await file.GetTextAsync(cancellation).ConfigureAwait(false)).Encoding;
                solution = solution.WithAdditionalDocumentText(id, SourceText.From(properties[ModelAnalyzer.GroupsText]!, encoding));
            }
        }

        return solution;
    }

    // The well-known provider merges changes of source documents only.
    private sealed class FixAllFiles : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
        {
            var projects = fixAllContext.Scope == FixAllScope.Solution ? fixAllContext.Solution.Projects : [fixAllContext.Project];
            var diagnostics = new List<Diagnostic>();
            foreach (var project in projects)
                diagnostics.AddRange(await fixAllContext.GetAllDiagnosticsAsync(project).ConfigureAwait(false));
            return Action(fixAllContext.Solution, diagnostics);
        }
    }
}
