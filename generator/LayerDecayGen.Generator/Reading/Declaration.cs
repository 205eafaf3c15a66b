using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <summary>The class that carries <c>[LayerDecay]</c>: whether it can be extended, and how generated code declares it again.</summary>
internal sealed class Declaration(INamedTypeSymbol type, AttributeData attribute, Compilation compilation)
{
    /// <summary>The model class: the carrier, or what its <c>For</c> names.</summary>
    public INamedTypeSymbol Model { get; } = ForOf(attribute) ?? type;

    /// <summary>Whether the model is another class than the carrier.</summary>
    public bool IsForeign => ForOf(attribute) is not null;

    /// <summary>Reports what forbids to generate; true where nothing does.</summary>
    public bool Check(Reporter reporter)
    {
        var language = ((CSharpCompilation)compilation).LanguageVersion;
        if (language < LanguageVersion.CSharp11)
            reporter.Report(EnvironmentDiagnostics.LanguageTooOld, null, type.Name, language.ToDisplayString());
        if (NotPartial() is { } missing) reporter.Report(DeclarationDiagnostics.NotPartial, null, type.Name, missing);
        if (IsFileLocal(type)) reporter.Report(DeclarationDiagnostics.FileLocal, null, type.Name);
        if (IsForeign && ForProblem() is { } problem) reporter.Report(DeclarationDiagnostics.ForMisuse, null, type.Name, Model.Name, problem);
        else if (!TorchTypes.IsModule(Model)) reporter.Report(DeclarationDiagnostics.NotAModule, null, Model.Name);
        CheckTakenNames(reporter);
        CheckRate(reporter);
        return !reporter.HasErrors;
    }

    /// <summary>The model for the emitter.</summary>
    public LayoutModel Describe(SectionBuilder builder, MatchNode names)
    {
        var table = new GroupTable(builder.Sections, names, ConstantDepth.Of(builder.Sections), Rate);
        var declarations = new List<string>();
        for (var level = type; level is not null; level = level.ContainingType) declarations.Insert(0, Header(level));
        var sections = table.Sections();
        var file = table.File(TypeNames.Simple(Model));
        var namesMembers = IsForeign;
        foreach (var section in sections) namesMembers |= section.LayerOf is not null;
        return new LayoutModel
        {
            HintName = TypeNames.Hint(type),
            Namespace = TypeNames.NamespaceOf(type.ContainingNamespace),
            Declarations = ImmutableEquatableArray<string>.From(declarations),
            ModelName = TypeNames.Simple(Model),
            ModelType = TypeNames.Full(Model),
            LayoutClass = TypeNames.LayoutClassIn(type),
            ExtensionAccessibility = !IsForeign ? null : LeastAccessible(Model) == Accessibility.Public ? "public" : "internal",
            HidesInherited = HidesInherited(),
            NamesMembersOfOthers = namesMembers,
            Rate = Rate,
            Sections = sections,
            Table = ImmutableEquatableArray<string>.From([.. file.Aligned()]),
            GroupsFile = file.ToString(),
            GroupsPath = GroupsPath(),
            Names = names,
            Scales = table.Scales,
        };
    }

    // Beside the part that carries the attribute, under the name of the class.
    private string GroupsPath()
    {
        var path = attribute.ApplicationSyntaxReference?.SyntaxTree.FilePath.Replace('\\', '/') ?? "";
        var name = TypeNames.Simple(type).Replace('<', '{').Replace('>', '}').Replace("@", "");
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType) name = outer.Name + "." + name;
        return path.Substring(0, path.LastIndexOf('/') + 1) + name + LayerDecayGen.Review.GroupsFile.Extension;
    }

    private double Rate => attribute.ConstructorArguments is [{ Value: double rate }, ..] ? rate : double.NaN;

    /// <summary>What <c>For</c> of the attribute names; null without it.</summary>
    public static INamedTypeSymbol? ForOf(AttributeData attribute)
    {
        foreach (var argument in attribute.NamedArguments)
            if (argument is { Key: "For", Value.Value: INamedTypeSymbol model })
                return model;
        return null;
    }

    private string? ForProblem() => this switch
    {
        _ when !type.IsStatic => "the class must be static; a class that is the model itself needs no For",
        _ when type.ContainingType is not null => "extension methods need a class that is not nested",
        _ when type.IsGenericType => "extension methods need a class that is not generic",
        _ when Model.IsUnboundGenericType => "a generic model needs its type arguments",
        _ when !TorchTypes.IsModule(Model) => "it does not derive from torch.nn.Module",
        _ when LeastAccessible(Model) is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal) => "the model is not accessible",
        _ => null,
    };

    private static Accessibility LeastAccessible(INamedTypeSymbol model)
    {
        var least = Accessibility.Public;
        for (var level = model; level is not null; level = level.ContainingType)
        {
            if (level.DeclaredAccessibility < least) least = level.DeclaredAccessibility;
            foreach (var argument in level.TypeArguments)
                if (argument is INamedTypeSymbol named && LeastAccessible(named) is var inner && inner < least)
                    least = inner;
        }

        return least;
    }

    private static bool IsFileLocal(INamedTypeSymbol level) =>
        level.IsFileLocal || (level.ContainingType is { } outer && IsFileLocal(outer));

    private void CheckRate(Reporter reporter)
    {
        if (attribute.ConstructorArguments.Length == 0 || (Rate > 0 && Rate <= 1)) return;
        if (attribute.ConstructorArguments[0].Kind == TypedConstantKind.Error) return;
        var location = attribute.ApplicationSyntaxReference is { } reference ? reference.SyntaxTree.GetLocation(reference.Span) : null;
        reporter.Report(NumberDiagnostics.RateOutOfRange, location, Rate.ToString(System.Globalization.CultureInfo.InvariantCulture), type.Name);
    }

    private void CheckTakenNames(Reporter reporter)
    {
        for (var level = type; level is not null && !TorchTypes.IsTorchSharp(level); level = level.BaseType)
        {
            if (!level.Equals(type, SymbolEqualityComparer.Default) && HasLayerDecay(level)) break;
            foreach (var name in new[] { "Groups", "GetParameterGroups" }) CheckTakenName(level, name, reporter);
        }

        if (type.Name == "Groups") reporter.Report(DeclarationDiagnostics.NameTaken, null, type.Name, type.Name);
        foreach (var parameter in type.TypeParameters)
            if (parameter.Name == "Groups")
                reporter.Report(DeclarationDiagnostics.NameTaken, parameter.Locations[0], type.Name, parameter.Name);
    }

    private static void CheckTakenName(INamedTypeSymbol level, string name, Reporter reporter)
    {
        foreach (var member in level.GetMembers(name))
            if (!IsGenerated(member) && (name == "Groups" || member is not IMethodSymbol { Parameters.Length: not 1 }))
                reporter.Report(DeclarationDiagnostics.NameTaken, member.Locations is [{ IsInSource: true } at, ..] ? at : null, level.Name, name);
    }

    // The analyzer sees what the generator has written.
    private static bool IsGenerated(ISymbol member)
    {
        foreach (var attribute in member.GetAttributes())
            if (attribute is { AttributeClass.Name: "GeneratedCodeAttribute", ConstructorArguments: [{ Value: "LayerDecayGen" }, ..] })
                return true;
        return false;
    }

    // Every offender of the chain in one message, so that it is mended in one go.
    private string? NotPartial()
    {
        var offenders = new List<string>();
        for (var level = type; level is not null; level = level.ContainingType)
            if (!IsPartial(level))
                offenders.Add("'" + level.Name + "'");
        return offenders.Count == 0 ? null : string.Join(" and ", offenders);
    }

    private static bool IsPartial(INamedTypeSymbol level)
    {
        foreach (var reference in level.DeclaringSyntaxReferences)
            if (reference.GetSyntax() is not TypeDeclarationSyntax syntax || !syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
                return false;
        return true;
    }

    private bool HidesInherited()
    {
        if (IsForeign) return false;
        for (var level = type.BaseType; level is not null; level = level.BaseType)
            if (HasLayerDecay(level))
                return true;
        return false;
    }

    private static bool HasLayerDecay(INamedTypeSymbol level) => ModelReader.AttributeOf(level) is not null;

    private static string Header(INamedTypeSymbol level) => "partial " + level switch
    {
        { IsRecord: true, TypeKind: TypeKind.Struct } => "record struct ",
        { IsRecord: true } => "record ",
        { TypeKind: TypeKind.Struct } => "struct ",
        { TypeKind: TypeKind.Interface } => "interface ",
        _ => "class ",
    } + TypeNames.Simple(level);
}
